import AnteroomServices
import GRDBSQLite
import Glibc

/// One statement that a connection has compiled. Between two uses it is reset and bound to nothing, so that
/// neither a lock on the file nor somebody's name stays with it.
@safe final class CompiledStatement {
  private let handle: OpaquePointer
  private let byteCount: Int
  let isReadOnly: Bool

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
    }
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
    let code =
      switch column {
      case .integer(let value): unsafe sqlite3_bind_int64(handle, index, value)
      case .text(let value): bind(value, at: index)
      case .blob(let value): bind(value, at: index)
      case .null: unsafe sqlite3_bind_null(handle, index)
      }
    guard code == SQLITE_OK else { throw StorageFault(resultCode: code) }
  }

  private func bind(_ text: String, at index: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      // Without an address SQLite would take NULL for it.
      guard let start = bytes.baseAddress else { return unsafe sqlite3_bind_text(handle, index, "", 0, copied) }
      return unsafe start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { start in
        unsafe sqlite3_bind_text(handle, index, start, Int32(bytes.count), copied)
      }
    }
  }

  private func bind(_ blob: [UInt8], at index: Int32) -> Int32 {
    unsafe blob.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress, unsafe !bytes.isEmpty else {
        return unsafe sqlite3_bind_zeroblob(handle, index, 0)
      }
      return unsafe sqlite3_bind_blob(handle, index, start, Int32(bytes.count), copied)
    }
  }
}

/// SQLITE_TRANSIENT: SQLite takes a copy at once. A macro with a cast, which does not come over from C.
private var copied: sqlite3_destructor_type { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
