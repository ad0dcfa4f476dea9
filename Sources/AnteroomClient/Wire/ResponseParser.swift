/// Takes answers out of a stream of bytes (RFC 9112), within ceilings. It knows no I/O: bytes go in,
/// answers come out.
package struct ResponseParser {
  package static let headLimit = 32 * 1024
  /// 16 MiB: what an export or a long audit page may take, and no more.
  package static let bodyLimit = 16 * 1024 * 1024

  private enum Stage {
    case head
    case fixed(ResponseHead, length: Int)
    case chunks(ResponseHead, ChunkedBody)
    case untilClosed(ResponseHead)
  }

  private var pending: [UInt8] = []
  /// How much of `pending` was searched for the end of the head already.
  private var searched = 0
  private var stage = Stage.head

  package init() {}

  package mutating func feed(_ bytes: some Collection<UInt8>) throws(ClientFault) {
    guard pending.count + bytes.count <= ResponseParser.bodyLimit + ResponseParser.headLimit else {
      throw .answerTooLarge
    }
    pending.append(contentsOf: bytes)
  }

  /// The next answer, or nil while it is incomplete.
  package mutating func next() throws(ClientFault) -> Answer? {
    while true {
      switch stage {
      case .head:
        guard let raw = try takeHead() else { return nil }
        let head = try ResponseHead(parsing: raw)
        if head.isInterim { continue }
        stage = try ResponseParser.stage(after: head)
      case .fixed(let head, let length):
        guard pending.count >= length else { return nil }
        return take(head, body: takeFirst(length))
      case .chunks(let head, var body):
        stage = .head
        let done = try body.read(&pending)
        if done { return take(head, body: body.bytes) }
        stage = .chunks(head, body)
        return nil
      case .untilClosed:
        guard pending.count <= ResponseParser.bodyLimit else { throw .answerTooLarge }
        return nil
      }
    }
  }

  /// A piece of an answer that is read while it comes.
  enum Part {
    case head(ResponseHead)
    case body([UInt8])
    case end
  }

  /// The next piece, or nil while there is none: for an answer without an end in sight. One parser gives
  /// whole answers or pieces, never both.
  mutating func nextPart() throws(ClientFault) -> Part? {
    while true {
      switch stage {
      case .head:
        guard let raw = try takeHead() else { return nil }
        let head = try ResponseHead(parsing: raw)
        if head.isInterim { continue }
        stage = try ResponseParser.stage(after: head)
        return .head(head)
      case .fixed(_, length: 0):
        stage = .head
        return .end
      case .fixed(let head, let length):
        if pending.isEmpty { return nil }
        let bytes = takeFirst(min(length, pending.count))
        stage = .fixed(head, length: length - bytes.count)
        return .body(bytes)
      case .chunks(let head, var body):
        stage = .head
        let done = try body.read(&pending)
        let bytes = body.take()
        stage = done ? .fixed(head, length: 0) : .chunks(head, body)
        if !bytes.isEmpty { return .body(bytes) }
        if !done { return nil }
      case .untilClosed: return pending.isEmpty ? nil : .body(takeFirst(pending.count))
      }
    }
  }

  /// What the end of the stream completes: an answer without a length.
  package mutating func finish() -> Answer? {
    guard case .untilClosed(let head) = stage else { return nil }
    return take(head, body: takeFirst(pending.count))
  }

  private static func stage(after head: ResponseHead) throws(ClientFault) -> Stage {
    if head.hasNoBody { return .fixed(head, length: 0) }
    if head.isChunked { return .chunks(head, ChunkedBody()) }
    guard let length = head.length else { return .untilClosed(head) }
    guard length <= bodyLimit else { throw .answerTooLarge }
    return .fixed(head, length: length)
  }

  private mutating func take(_ head: ResponseHead, body: [UInt8]) -> Answer {
    stage = .head
    searched = 0
    return Answer(status: head.status, head: head.raw, body: body, keepsAlive: head.keepsAlive)
  }

  private mutating func takeFirst(_ count: Int) -> [UInt8] {
    if count == pending.count {
      var taken: [UInt8] = []
      swap(&taken, &pending)
      return taken
    }
    let taken = Array(pending[..<count])
    pending.removeFirst(count)
    return taken
  }

  private mutating func takeHead() throws(ClientFault) -> [UInt8]? {
    var index = max(searched, 3)
    while index < pending.count {
      if pending[index] == 0x0A, pending[index - 1] == 0x0D, pending[index - 2] == 0x0A, pending[index - 3] == 0x0D {
        guard index <= ResponseParser.headLimit else { throw .answerTooLarge }
        let head = Array(pending[..<(index - 3)])
        pending.removeFirst(index + 1)
        searched = 0
        return head
      }
      index += 1
    }
    searched = max(0, pending.count - 3)
    guard pending.count <= ResponseParser.headLimit else { throw .answerTooLarge }
    return nil
  }
}
