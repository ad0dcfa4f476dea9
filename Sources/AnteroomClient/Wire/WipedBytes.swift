import Glibc
import Synchronization

/// Bytes of a request or an answer that may hold a secret, overwritten when the last owner lets go.
/// A helper against what lingers in memory, not a promise: text typed, parsed or sent has been copied
/// by the terminal, the kernel and the runtime as well.
package final class WipedBytes: Sendable {
  private let bytes: Mutex<[UInt8]>

  package init(_ bytes: consuming [UInt8]) {
    self.bytes = Mutex(bytes)
  }

  package convenience init(_ text: String) { self.init(Array(text.utf8)) }

  deinit { bytes.withLock { wipe(&$0) } }

  package var isEmpty: Bool { bytes.withLock { $0.isEmpty } }
  package var count: Int { bytes.withLock { $0.count } }

  package func withBytes<R>(_ body: (Span<UInt8>) -> R) -> R {
    bytes.withLock { body($0.span) }
  }

  func append(to output: inout [UInt8]) {
    bytes.withLock { output.append(contentsOf: $0) }
  }
}

/// Overwrites an array's memory; what other owners of the same memory see stays as it is.
package func wipe(_ bytes: inout [UInt8]) {
  unsafe bytes.withUnsafeMutableBytes { memory in
    if let base = memory.baseAddress { unsafe explicit_bzero(base, memory.count) }
  }
}
