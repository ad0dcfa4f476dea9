import NIOCore

extension ByteBuffer {
  /// Overwrites the bytes between `start` and the reader index in the memory they arrived in. Writing through the
  /// buffer's own interface would wipe a fresh copy instead, where the channel holds that memory for its next read.
  /// Only for buffers that this connection alone reads, on its own event loop.
  func wipeConsumed(from start: Int) {
    guard start < readerIndex else { return }
    unsafe withVeryUnsafeBytes { memory in
      let consumed = unsafe UnsafeRawBufferPointer(rebasing: memory[start..<readerIndex])
      unsafe UnsafeMutableRawBufferPointer(mutating: consumed).initializeMemory(as: UInt8.self, repeating: 0)
    }
  }
}
