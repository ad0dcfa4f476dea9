import AnteroomServices
import GRDB

/// How rows are read and written, inside a closure that has the connection. GRDB has the connection, its
/// transactions and its migrations; statements are bound and stepped by SQLite's own interface
/// (docs/decisions/0008).
struct Statements {
  private let database: Database
  private let cache: StatementCache

  init(_ database: Database, _ cache: StatementCache) {
    self.database = database
    self.cache = cache
  }

  /// Rows that the last INSERT, UPDATE or DELETE changed.
  var changesCount: Int { database.changesCount }

  /// Runs one statement; the compiled form is kept.
  func run(_ sql: String, _ columns: [Column]) throws(StorageFault) {
    try cache.statement(sql, on: database).run(columns) { _ in true }
  }

  /// All rows of a query.
  func all<Value>(_ sql: String, _ columns: [Column], _ read: (Row) -> Value) throws(StorageFault) -> [Value] {
    var values: [Value] = []
    try cache.statement(sql, on: database).run(columns) { row in
      values.append(read(row))
      return true
    }
    return values
  }

  /// The first row of a query.
  func one<Value>(_ sql: String, _ columns: [Column], _ read: (Row) -> Value) throws(StorageFault) -> Value? {
    var value: Value?
    let statement = try cache.statement(sql, on: database)
    try statement.run(columns) { row in
      if value == nil { value = read(row) }
      // What changes something is done only when its last row was given.
      return !statement.isReadOnly
    }
    return value
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

  init(resultCode: Int32) { self.init(DatabaseError(resultCode: ResultCode(rawValue: resultCode))) }
}
