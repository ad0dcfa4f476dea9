/// Apache's htpasswd: a name, a colon and a hash on each line; a line that begins with `#` is a comment.
struct ImportHtpasswd: ImportSource {
  private static let longestLine = 2048

  private let source: ByteSource
  private var line = 0

  init(_ source: ByteSource) throws {
    self.source = source
    try source.skip(ByteSource.byteOrderMark)
  }

  var progress: (done: Int, total: Int?) { (source.taken, source.total) }

  mutating func next() throws -> ImportEntry? {
    while let read = try source.line(limit: ImportHtpasswd.longestLine) {
      line += 1
      func mistake(_ text: String, of username: String = "") -> ImportEntry {
        ImportEntry(place: String(line), record: .failure(.init(text: text, username: username)))
      }
      switch read {
      case .tooLong: return mistake("the line is longer than \(ImportHtpasswd.longestLine) bytes")
      case .notUTF8: return mistake("the line is not UTF-8")
      case .text(let text):
        if text.isEmpty || text.hasPrefix("#") { continue }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 2, !parts[0].isEmpty else { return mistake("it is not NAME:HASH") }
        // What may follow a second colon is htdigest's or somebody's note.
        guard parts.count == 2 else { return mistake("there is more than a name and a hash", of: String(parts[0])) }
        return ImportEntry(
          place: String(line), record: .success(ImportRecord(username: String(parts[0]), hash: String(parts[1]))))
      }
    }
    return nil
  }
}
