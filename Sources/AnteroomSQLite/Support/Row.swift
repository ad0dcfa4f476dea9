import AnteroomCore
import GRDBSQLite

/// A row that a statement stands on. It is there only inside the closure that reads it.
///
/// A column of another type than the one asked for is a damaged file, since the tables are STRICT: it traps.
@safe struct Row {
  private let statement: OpaquePointer

  init(of statement: OpaquePointer) { unsafe self.statement = statement }

  func integer(_ index: Int) -> Int64 {
    expect(SQLITE_INTEGER, index)
    return unsafe sqlite3_column_int64(statement, Int32(index))
  }

  func text(_ index: Int) -> String {
    expect(SQLITE_TEXT, index)
    // In this order, as SQLite asks for it: the length is that of the text just given.
    let start = unsafe sqlite3_column_text(statement, Int32(index))
    let count = unsafe Int(sqlite3_column_bytes(statement, Int32(index)))
    return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func blob(_ index: Int) -> [UInt8] {
    expect(SQLITE_BLOB, index)
    let start = unsafe sqlite3_column_blob(statement, Int32(index))
    let count = unsafe Int(sqlite3_column_bytes(statement, Int32(index)))
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  func hasNull(_ index: Int) -> Bool { type(index) == SQLITE_NULL }
  func count(_ index: Int) -> Int { Int(integer(index)) }
  func flag(_ index: Int) -> Bool { integer(index) != 0 }
  func time(_ index: Int) -> Instant { Instant(milliseconds: integer(index)) }
  func digest(_ index: Int) -> Digest { Digest(blob(index)) }
  func optionalText(_ index: Int) -> String? { hasNull(index) ? nil : text(index) }
  func optionalInteger(_ index: Int) -> Int64? { hasNull(index) ? nil : integer(index) }
  func optionalTime(_ index: Int) -> Instant? { hasNull(index) ? nil : time(index) }

  private func type(_ index: Int) -> Int32 { unsafe sqlite3_column_type(statement, Int32(index)) }

  private func expect(_ expected: Int32, _ index: Int) {
    precondition(type(index) == expected, "a column of a type that the schema does not allow")
  }
}
