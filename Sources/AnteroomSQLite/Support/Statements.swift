import AnteroomCore
import AnteroomServices
import FoundationEssentials
import GRDB

/// What a column takes: the few types that the schema has.
enum Column {
  case integer(Int64)
  case text(String)
  case blob([UInt8])
  case null

  static func flag(_ value: Bool) -> Column { .integer(value ? 1 : 0) }
  static func time(_ value: Instant) -> Column { .integer(value.milliseconds) }
  static func digest(_ value: Digest) -> Column { .blob(value.bytes) }
  static func optional(_ value: String?) -> Column { value.map(Column.text) ?? .null }
  static func optional(_ value: Instant?) -> Column { value.map(Column.time) ?? .null }

  var databaseValue: DatabaseValue {
    switch self {
    case .integer(let value): value.databaseValue
    case .text(let value): value.databaseValue
    case .blob(let value): Data(value).databaseValue
    case .null: .null
    }
  }
}

extension Row {
  func integer(_ index: Int) -> Int64 { self[index] }
  func count(_ index: Int) -> Int { Int(integer(index)) }
  func text(_ index: Int) -> String { self[index] }
  func optionalText(_ index: Int) -> String? { self[index] }
  func flag(_ index: Int) -> Bool { integer(index) != 0 }
  func time(_ index: Int) -> Instant { Instant(milliseconds: integer(index)) }
  func optionalInteger(_ index: Int) -> Int64? { self[index] }
  func optionalTime(_ index: Int) -> Instant? { (self[index] as Int64?).map { Instant(milliseconds: $0) } }
  func blob(_ index: Int) -> [UInt8] { Array(self[index] as Data) }
  func digest(_ index: Int) -> Digest { Digest(blob(index)) }
}

extension StorageFault {
  /// A full disk is one that reads go on with; everything else is as bad as a failed commit.
  init(_ error: any Error) {
    guard let error = error as? DatabaseError else {
      self = .unavailable(String(describing: error))
      return
    }
    // Neither the statement nor its arguments: there may be a person in them.
    self =
      error.resultCode == .SQLITE_FULL
      ? .full : .unavailable("SQLite: \(error.resultCode) (\(error.extendedResultCode.rawValue))")
  }
}

extension Database {
  /// Runs one statement; the compiled form is kept.
  func run(_ sql: String, _ columns: [Column]) throws(StorageFault) {
    do {
      let statement = try cachedStatement(sql: sql)
      statement.setUncheckedArguments(StatementArguments(columns.map { $0.databaseValue }))
      try statement.execute()
    } catch {
      throw StorageFault(error)
    }
  }

  /// All rows of a query.
  func all<Value>(_ sql: String, _ columns: [Column], _ read: (Row) -> Value) throws(StorageFault) -> [Value] {
    do {
      let statement = try cachedStatement(sql: sql)
      let cursor = try Row.fetchCursor(statement, arguments: StatementArguments(columns.map { $0.databaseValue }))
      var values: [Value] = []
      while let row = try cursor.next() { values.append(read(row)) }
      return values
    } catch {
      throw StorageFault(error)
    }
  }

  /// The first row of a query.
  func one<Value>(_ sql: String, _ columns: [Column], _ read: (Row) -> Value) throws(StorageFault) -> Value? {
    try all(sql, columns, read).first
  }

  /// A page of a query whose first column is the cursor and that asks for one row more than `limit`.
  func page<Item: Sendable>(
    _ sql: String, _ columns: [Column], limit: Int, _ read: (Row) -> Item
  ) throws(StorageFault) -> Page<Item> {
    let rows = try all(sql, columns + [.integer(Int64(limit + 1))]) { ($0.integer(0), read($0)) }
    let items = rows.prefix(limit)
    return Page(items: items.map(\.1), next: rows.count > limit ? items.last?.0 : nil)
  }
}
