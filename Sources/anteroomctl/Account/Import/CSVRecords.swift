/// Records of comma-separated values (RFC 4180), one after the other from a file of any size. Lines may end in LF or
/// CR LF, empty ones are passed over, and a byte order mark is no part of the first field.
struct CSVRecords {
  struct Record: Equatable {
    /// That it begins on, from 1.
    let line: Int
    let fields: [String]
  }

  /// Nothing after it can be trusted to be a record of its own.
  struct Mistake: Error, Equatable {
    let line: Int
    let why: String
  }

  static let mostBytes = 16_384
  static let mostFields = 100

  private let source: ByteSource
  private var line = 1

  init(_ source: ByteSource) throws {
    self.source = source
    try source.skip(ByteSource.byteOrderMark)
  }

  /// Nil at the end.
  mutating func next() throws -> Record? {
    while try source.peek() != nil {
      let start = line
      let fields = try record(from: start)
      if fields != [""] { return Record(line: start, fields: fields) }
    }
    return nil
  }

  private mutating func record(from start: Int) throws -> [String] {
    var fields: [String] = []
    var bytes = 0
    while true {
      fields.append(try field(from: start, &bytes))
      guard fields.count <= CSVRecords.mostFields else {
        throw Mistake(line: start, why: "it has more than \(CSVRecords.mostFields) fields")
      }
      guard let end = try source.next() else { return fields }
      if end == UInt8(ascii: ",") { continue }
      if end == 0x0D, try source.peek() == 0x0A { _ = try source.next() }
      line += 1
      return fields
    }
  }

  /// Up to a comma, a line's end or the end, which is left standing.
  private mutating func field(from start: Int, _ count: inout Int) throws -> String {
    var bytes: [UInt8] = []
    func append(_ byte: UInt8) throws {
      count += 1
      guard count <= CSVRecords.mostBytes else {
        throw Mistake(line: start, why: "it is longer than \(CSVRecords.mostBytes) bytes; is a quote not closed?")
      }
      bytes.append(byte)
    }
    if try source.peek() == UInt8(ascii: "\"") {
      _ = try source.next()
      while true {
        guard let byte = try source.next() else { throw Mistake(line: start, why: "a quote is not closed") }
        if byte == UInt8(ascii: "\"") {
          guard try source.peek() == UInt8(ascii: "\"") else { break }
          _ = try source.next()
        }
        if byte == 0x0A { line += 1 }
        try append(byte)
      }
      guard try isAtEndOfField() else { throw Mistake(line: line, why: "something stands after a closing quote") }
    } else {
      while try !isAtEndOfField(), let byte = try source.next() {
        if byte == UInt8(ascii: "\"") { throw Mistake(line: line, why: "a quote stands inside a field") }
        try append(byte)
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Mistake(line: line, why: "it is not UTF-8") }
    return text
  }

  private func isAtEndOfField() throws -> Bool {
    switch try source.peek() {
    case nil, UInt8(ascii: ","), 0x0A, 0x0D: true
    case _: false
    }
  }
}
