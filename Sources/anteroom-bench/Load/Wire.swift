import Glibc

/// One keep-alive connection, one request at a time: prebuilt bytes out, status and length of the answer in. Client
/// and server share the cores, so every microsecond here would be taken from the daemon's figure.
@safe final class Wire {
  static let room = 64 * 1024

  let descriptor: Int32
  private let buffer: UnsafeMutableRawPointer
  private var held = 0
  private var head = 0
  private var total = 0

  init(_ path: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw BenchFailure("\(path) is too long for a socket")
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    unsafe buffer = .allocate(byteCount: Wire.room + 1, alignment: 16)
    let result = unsafe withUnsafePointer(to: address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw BenchFailure("nobody answers at \(path) (errno \(errno))") }
  }

  deinit {
    Glibc.close(descriptor)
    unsafe buffer.deallocate()
  }

  func send(_ request: [UInt8]) throws {
    (held, head, total) = (0, 0, 0)
    let sent = unsafe request.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, 0x4000) }
    guard sent == request.count else { throw BenchFailure("a request was not taken (errno \(errno))") }
  }

  /// Reads what is there, waiting for the first byte of it; the status once the answer is complete.
  func receive() throws -> Int? {
    let count = unsafe recv(descriptor, buffer + held, Wire.room - held, 0)
    guard count > 0 else { throw BenchFailure("the connection ended before the answer (errno \(errno))") }
    held += count
    if total == 0 {
      guard let end = find("\r\n\r\n") else { return nil }
      head = end + 4
      let length = find("\r\nContent-Length: ").map { number(at: $0 + 18) } ?? 0
      total = head + length
      guard total <= Wire.room else { throw BenchFailure("an answer of \(length) bytes") }
    }
    return held >= total ? number(at: 9) : nil
  }

  /// Of the last complete answer.
  var body: [UInt8] { unsafe Array(UnsafeRawBufferPointer(start: buffer + head, count: total - head)) }

  private func number(at place: Int) -> Int {
    var value = 0
    var index = place
    while index < held {
      let digit = unsafe buffer.load(fromByteOffset: index, as: UInt8.self)
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { break }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
      index += 1
    }
    return value
  }

  /// Where the text begins; the bytes are ended by a zero first, and no answer of ours has one in it.
  private func find(_ text: StaticString) -> Int? {
    unsafe buffer.storeBytes(of: 0, toByteOffset: held, as: UInt8.self)
    let start = unsafe buffer.assumingMemoryBound(to: CChar.self)
    let found = unsafe text.utf8Start.withMemoryRebound(to: CChar.self, capacity: text.utf8CodeUnitCount + 1) {
      unsafe strstr(start, $0)
    }
    return unsafe found.map { unsafe UnsafePointer($0) - UnsafePointer(start) }
  }
}
