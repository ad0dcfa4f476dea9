import Glibc

struct ClientFailure: Error {
  let step: String
  let number: Int32
}

/// A client that sends exactly the bytes it is told. All calls block; what takes a minute never comes.
final class RawClient {
  private let descriptor: Int32
  private var buffer: [UInt8] = []

  /// - Parameter connecting: runs when the client has its descriptor, and before it connects.
  init(_ path: String, before connecting: () -> Void = {}) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    connecting()
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
    let result = unsafe withUnsafePointer(to: address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      let number = errno
      close(descriptor)
      throw ClientFailure(step: "connect", number: number)
    }
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  var number: Int32 { descriptor }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let rest = Array(bytes[sent...])
      let count = unsafe Glibc.send(descriptor, rest, rest.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else { throw ClientFailure(step: "send", number: errno) }
      sent += count
    }
  }

  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// One answer, read to the end of its body.
  func answer(toHead: Bool = false) throws -> Answer {
    while true {
      if let answer = Answer(taking: &buffer, toHead: toHead) { return answer }
      guard try receive() else { throw ClientFailure(step: "end of input before an answer", number: 0) }
    }
  }

  /// True when the server ends the connection without another byte.
  func isClosed() throws -> Bool {
    while try receive() {}
    return buffer.isEmpty
  }

  /// Everything until the server closes.
  func rest() throws -> String {
    while try receive() {}
    return String(decoding: buffer, as: UTF8.self)
  }

  private func receive() throws -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
    if count < 0, errno == ECONNRESET { return false }
    guard count >= 0 else { throw ClientFailure(step: "receive", number: errno) }
    buffer.append(contentsOf: chunk.prefix(count))
    return count > 0
  }
}

struct Answer: Sendable {
  let status: Int
  let head: String
  let body: String

  /// Takes one whole answer from the front of `bytes`; nil when it is not all there.
  init?(taking bytes: inout [UInt8], toHead: Bool) {
    guard let end = Answer.endOfHead(bytes) else { return nil }
    head = String(decoding: bytes[..<end], as: UTF8.self)
    status = Int(head.split(separator: " ")[1]) ?? 0
    var length = 0
    for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length: ") {
      length = Int(line.dropFirst(16)) ?? 0
    }
    if toHead { length = 0 }
    guard bytes.count >= end + length else { return nil }
    body = String(decoding: bytes[end..<(end + length)], as: UTF8.self)
    bytes.removeFirst(end + length)
  }

  func has(_ line: String) -> Bool { head.split(separator: "\r\n").contains { $0 == line } }

  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for index in 3..<bytes.count where bytes[(index - 3)...index].elementsEqual([13, 10, 13, 10]) { return index + 1 }
    return nil
  }
}
