/// Accounts in comma-separated values, whose first line names the columns.
struct ImportTable: ImportSource {
  /// Which columns mean what.
  struct Layout {
    let username: String
    let displayName: String
    let hash: String
    var roles: String?
    /// Where a person's standing is kept; whoever is not active there does not come along.
    var status: String?
    /// Other columns are refused, so that a misspelt one is not silently without effect; nil where the columns are
    /// another program's, which has many.
    var others: Set<String>?

    /// Ours.
    static let csv = Layout(
      username: "username", displayName: "display_name", hash: "password_hash", roles: "roles", others: ["email"])
    /// Nextcloud's table `oc_users`.
    static let nextcloud = Layout(username: "uid", displayName: "displayname", hash: "password")
    /// Greenlight's table `users`; people sign in by their e-mail address there.
    static let greenlight = Layout(
      username: "email", displayName: "name", hash: "password_digest", status: "status")
  }

  private let source: ByteSource
  private var records: CSVRecords
  private let layout: Layout
  private let header: [String]

  init(_ source: ByteSource, _ layout: Layout) throws {
    self.source = source
    self.layout = layout
    records = try CSVRecords(source)
    let first: CSVRecords.Record?
    do {
      first = try records.next()
    } catch let mistake as CSVRecords.Mistake {
      throw ImportTable.unreadable("line \(mistake.line): \(mistake.why)")
    }
    guard let first else { throw ImportTable.unreadable("it is empty") }
    header = first.fields.map { ImportTable.trimmed($0) }
    if Set(header).count < header.count { throw ImportTable.unreadable("its first line names a column twice") }
    guard header.contains(layout.username) else {
      throw ImportTable.unreadable("its first line names no column \(layout.username)")
    }
    guard let others = layout.others else { return }
    let known = others.union([layout.username, layout.displayName, layout.hash] + [layout.roles].compactMap(\.self))
    if let unknown = header.first(where: { !known.contains($0) }) {
      throw ImportTable.unreadable(
        "its first line names \(unknown); there are \(known.sorted().joined(separator: ", "))")
    }
  }

  var progress: (done: Int, total: Int?) { (source.taken, source.total) }

  mutating func next() throws -> ImportEntry? {
    guard let record = try records.next() else { return nil }
    return ImportEntry(place: String(record.line), record: read(record.fields))
  }

  private func read(_ fields: [String]) -> Result<ImportRecord, ImportEntry.Mistake> {
    func mistake(_ text: String, of username: String = "") -> Result<ImportRecord, ImportEntry.Mistake> {
      .failure(.init(text: text, username: username))
    }
    guard fields.count == header.count else {
      return mistake("\(fields.count) fields under a header of \(header.count)")
    }
    func value(_ column: String?) -> String? {
      guard let column, let place = header.firstIndex(of: column) else { return nil }
      let text = ImportTable.trimmed(fields[place])
      // What databases write where there is nothing.
      return text.isEmpty || text == "NULL" || text == "\\N" ? nil : text
    }
    guard let username = value(layout.username) else { return mistake("there is no \(layout.username)") }
    if let status = value(layout.status), !["active", "0"].contains(status) {
      return mistake("the account is not active there (\(status))", of: username)
    }
    var record = ImportRecord(username: username)
    record.displayName = value(layout.displayName)
    record.hash = value(layout.hash).map { ImportTable.unprefixed($0) }
    for role in (value(layout.roles) ?? "").split(whereSeparator: { " ,;".contains($0) }) {
      guard role == "host" else { return mistake("there is no role \(role); there is host", of: username) }
      record.isHost = true
    }
    return .success(record)
  }

  /// Nextcloud writes a number and `|` in front, for the generation of its hashes.
  private static func unprefixed(_ hash: String) -> String {
    let parts = hash.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 && ["1", "2", "3"].contains(parts[0]) ? String(parts[1]) : hash
  }

  private static func trimmed(_ text: String) -> String {
    var rest = text[...]
    while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
    while rest.last == " " || rest.last == "\t" { rest.removeLast() }
    return String(rest)
  }

  private static func unreadable(_ why: String) -> Failure {
    Failure(
      .usage, "could not read the list", why: why,
      next: "say with --format what it is, or see anteroomctl account import --help")
  }
}
