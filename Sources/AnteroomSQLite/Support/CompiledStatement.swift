import AnteroomServices
import GRDBSQLite
import Glibc

/// One statement that a connection has compiled. Between two uses it is reset and bound to nothing, so that
/// neither a lock on the file nor somebody's name stays with it.
@safe final class CompiledStatement {
  private let handle: OpaquePointer
  private let byteCount: Int
  let isReadOnly: Bool
  private var bound = BoundBytes()

  /// - Parameter text: one statement of SQL.
  init(_ text: String, on connection: OpaquePointer) throws(StorageFault) {
    var compiled: OpaquePointer?
    // It is kept for as long as the connection: SQLite then spares its pool of small blocks.
    let code = unsafe sqlite3_prepare_v3(connection, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
    guard code == SQLITE_OK else { throw StorageFault(resultCode: code) }
    guard let handle = unsafe compiled else { throw .unavailable("an empty statement") }
    unsafe self.handle = handle
    byteCount = text.utf8.count
    isReadOnly = unsafe sqlite3_stmt_readonly(handle) != 0
  }

  deinit { unsafe sqlite3_finalize(handle) }

  func isCompiled(from text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count == byteCount, let own = unsafe sqlite3_sql(handle), let other = text.baseAddress else {
      return false
    }
    return unsafe memcmp(own, other, byteCount) == 0
  }

  /// Gives each row to `read`, until that says that it has had enough or there are no more.
  func run(_ columns: [Column], _ read: (Row) -> Bool) throws(StorageFault) {
    defer {
      // What a step failed with is said again by the reset; it was thrown already.
      unsafe sqlite3_reset(handle)
      unsafe sqlite3_clear_bindings(handle)
      bound.wipe()
    }
    bound.reserve(columns.reduce(0) { $0 + $1.byteCount })
    for (index, column) in columns.enumerated() { try bind(column, at: Int32(index + 1)) }
    while true {
      let code = unsafe sqlite3_step(handle)
      switch code {
      case SQLITE_DONE: return
      case SQLITE_ROW: if !read(unsafe Row(of: handle)) { return }
      default: throw StorageFault(resultCode: code)
      }
    }
  }

  private func bind(_ column: Column, at index: Int32) throws(StorageFault) {
    // No destructor: what is bound lies still until the reset, and SQLite takes no copy of it.
    let code =
      switch column {
      case .integer(let value): unsafe sqlite3_bind_int64(handle, index, value)
      case .text(let value):
        // Without an address SQLite would take NULL for it.
        if value.utf8.isEmpty {
          unsafe sqlite3_bind_text(handle, index, "", 0, copied)
        } else {
          unsafe sqlite3_bind_text(handle, index, bound.append(value), Int32(value.utf8.count), nil)
        }
      case .blob(let value):
        if value.isEmpty {
          unsafe sqlite3_bind_zeroblob(handle, index, 0)
        } else {
          unsafe sqlite3_bind_blob(handle, index, bound.append(value), Int32(value.count), nil)
        }
      case .null: unsafe sqlite3_bind_null(handle, index)
      }
    guard code == SQLITE_OK else { throw StorageFault(resultCode: code) }
  }
}

/// The texts and blobs that a statement is bound to while it runs, one after the other in memory of its own, which
/// is kept: a copy of each for SQLite would be some thirty pieces of its heap at every join.
@safe private struct BoundBytes: ~Copyable {
  private var memory: UnsafeMutablePointer<CChar>?
  private var capacity = 0
  private var used = 0

  init() {}

  deinit { unsafe memory?.deallocate() }

  /// Room for `count` bytes, none of which is bound yet.
  mutating func reserve(_ count: Int) {
    precondition(used == 0, "a statement that runs is not run again")
    guard count > capacity else { return }
    unsafe memory?.deallocate()
    capacity = max(count, 2 * capacity)
    unsafe memory = .allocate(capacity: capacity)
  }

  mutating func append(_ text: String) -> UnsafePointer<CChar>? {
    var text = text
    return text.withUTF8 { bytes in unsafe append(UnsafeRawBufferPointer(bytes)) }
  }

  mutating func append(_ blob: [UInt8]) -> UnsafePointer<CChar>? {
    unsafe blob.withUnsafeBytes { bytes in unsafe append(bytes) }
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) -> UnsafePointer<CChar>? {
    let count = bytes.count
    precondition(count <= capacity - used, "more is bound than there was room made for")
    guard let start = unsafe memory, let source = bytes.baseAddress else { return nil }
    let place = unsafe start + used
    unsafe memcpy(place, source, count)
    used += count
    return unsafe UnsafePointer(place)
  }

  /// No name stays behind.
  mutating func wipe() {
    if let start = unsafe memory { unsafe memset(start, 0, used) }
    used = 0
  }
}

extension Column {
  fileprivate var byteCount: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .blob(let bytes): bytes.count
    case .integer, .null: 0
    }
  }
}

/// SQLITE_TRANSIENT: SQLite takes a copy at once. A macro with a cast, which does not come over from C.
private var copied: sqlite3_destructor_type { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
