import AnteroomAPI
import AnteroomCore
import NIOCore

/// Turns a reply into the bytes of one answer, head and body in one buffer and so in one write.
enum ReplyWriter {
  static let continuing: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

  enum Ending {
    case close
    case keepAlive
    /// HTTP/1.0 closes unless it is told.
    case keepAliveSaid
  }

  static func write(
    _ reply: Reply, id: RequestID, ending: Ending, withoutBody: Bool, using allocator: ByteBufferAllocator
  ) -> ByteBuffer {
    var output = allocator.buffer(capacity: 320 + reply.headers.count * 64 + (withoutBody ? 0 : reply.body.count))
    begin(reply, id: id, to: &output)
    // 204 and 304 have no length (RFC 9110, section 8.6); every other answer has one, that to HEAD too.
    let isBodiless = reply.status == 204 || reply.status == 304
    if !isBodiless { field("Content-Length", String(reply.body.count), to: &output) }
    end(ending, to: &output)
    if !isBodiless && !withoutBody { output.writeBytes(reply.body) }
    return output
  }

  /// The head of an answer whose body has no length yet: in chunks (RFC 9112, section 7.1), or until the
  /// connection ends.
  static func streamHead(
    _ reply: Reply, id: RequestID, isChunked: Bool, ending: Ending, using allocator: ByteBufferAllocator
  ) -> ByteBuffer {
    var output = allocator.buffer(capacity: 384)
    begin(reply, id: id, to: &output)
    if isChunked { output.writeStaticString("Transfer-Encoding: chunked\r\n") }
    end(ending, to: &output)
    return output
  }

  static func streamPart(_ bytes: [UInt8], isChunked: Bool, using allocator: ByteBufferAllocator) -> ByteBuffer {
    var output = allocator.buffer(capacity: bytes.count + 16)
    if isChunked {
      output.writeString(String(bytes.count, radix: 16))
      output.writeStaticString("\r\n")
    }
    output.writeBytes(bytes)
    if isChunked { output.writeStaticString("\r\n") }
    return output
  }

  static func streamEnd(isChunked: Bool, using allocator: ByteBufferAllocator?) -> ByteBuffer {
    var output = (allocator ?? ByteBufferAllocator()).buffer(capacity: 8)
    if isChunked { output.writeStaticString("0\r\n\r\n") }
    return output
  }

  private static func begin(_ reply: Reply, id: RequestID, to output: inout ByteBuffer) {
    output.writeString("HTTP/1.1 ")
    output.writeString(String(reply.status))
    output.writeString(reason(reply.status))
    output.writeString("\r\nRequest-Id: ")
    output.writeString(id.text)
    output.writeStaticString("\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n")
    if !reply.contentType.isEmpty { field("Content-Type", reply.contentType, to: &output) }
    for header in reply.headers { field(header.name, header.value, to: &output) }
  }

  private static func end(_ ending: Ending, to output: inout ByteBuffer) {
    switch ending {
    case .close: output.writeStaticString("Connection: close\r\n\r\n")
    case .keepAlive: output.writeStaticString("\r\n")
    case .keepAliveSaid: output.writeStaticString("Connection: keep-alive\r\n\r\n")
    }
  }

  /// A control character in a value would end the header early and let a name from a request write the rest of it.
  private static func field(_ name: String, _ value: String, to output: inout ByteBuffer) {
    output.writeString(name)
    output.writeStaticString(": ")
    if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
      output.writeString(value)
    } else {
      output.writeBytes(value.utf8.filter { $0 >= 0x20 && $0 != 0x7F })
    }
    output.writeStaticString("\r\n")
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: " OK"
    case 201: " Created"
    case 202: " Accepted"
    case 204: " No Content"
    case 304: " Not Modified"
    case 400: " Bad Request"
    case 401: " Unauthorized"
    case 403: " Forbidden"
    case 404: " Not Found"
    case 405: " Method Not Allowed"
    case 408: " Request Timeout"
    case 409: " Conflict"
    case 412: " Precondition Failed"
    case 413: " Content Too Large"
    case 415: " Unsupported Media Type"
    case 422: " Unprocessable Content"
    case 429: " Too Many Requests"
    case 431: " Request Header Fields Too Large"
    case 500: " Internal Server Error"
    case 503: " Service Unavailable"
    case 507: " Insufficient Storage"
    // The phrase may be empty, the space before it may not (RFC 9112, section 4).
    case _: " "
    }
  }
}
