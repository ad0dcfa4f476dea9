/// Makes requests: good ones, ones that are wrong in the ways that smuggling has used, and mutations of both.
struct RequestMaker {
  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// What one client sends: one to three requests in a row, most of the time touched afterwards.
  mutating func stream() -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0...random.below(3) { bytes += request() }
    if random.isOne(in: 3) { return bytes }
    for _ in 0...random.below(2) where !bytes.isEmpty { mutate(&bytes) }
    return bytes
  }

  mutating func request() -> [UInt8] {
    let odd = random.isOne(in: 6)
    let target = random.isOne(in: 8) ? random.pick(Self.oddTargets) : random.pick(Self.targets)
    let version = random.isOne(in: 12) ? random.pick(Self.versions) : "HTTP/1.1"
    let method = random.isOne(in: 20) ? random.pick(Self.oddMethods) : random.pick(Self.methods)
    var lines = ["\(method) \(target) \(version)"]
    if random.isOne(in: 30) { lines.insert("", at: 0) }
    if !random.isOne(in: 30) { lines.append("Host: a") }
    for _ in 0..<random.below(4) { lines.append(random.pick(Self.fields)) }
    if random.isOne(in: 6) { lines.append("Connection: " + random.pick(Self.connections)) }
    var body: [UInt8] = []
    switch random.below(odd ? 4 : 3) {
    case 0: break
    case 1:
      body = content()
      lines.append("Content-Length: \(body.count)")
    case 2:
      lines.append("Transfer-Encoding: \(random.isOne(in: 4) ? "Chunked" : "chunked")")
      body = chunks(odd: odd)
    case _:
      body = random.isOne(in: 2) ? content() : chunks(odd: true)
      for _ in 0...random.below(2) { lines.append(oddFraming(body.count)) }
    }
    if random.isOne(in: 8) { lines.append(random.pick(Self.fields)) }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
  }

  /// A body that is itself a request, often: whoever reads the length otherwise answers it.
  private mutating func content() -> [UInt8] {
    switch random.below(4) {
    case 0: return Array("GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n".utf8)
    case 1: return Array("0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n".utf8)
    case 2: return []
    case _: return (0..<random.below(60)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
  }

  private mutating func oddFraming(_ count: Int) -> String {
    switch random.below(3) {
    case 0: "Transfer-Encoding: " + random.pick(Self.codings)
    case 1: "Content-Length: " + random.pick(Self.lengths).replacing("N", with: String(count))
    case _: random.pick(Self.framingLines).replacing("N", with: String(count))
    }
  }

  private mutating func chunks(odd: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<random.below(4) {
      let chunk = content()
      guard !chunk.isEmpty else { continue }
      bytes += Array((size(chunk.count, odd: odd) + "\r\n").utf8) + chunk + Array("\r\n".utf8)
    }
    bytes += Array((size(0, odd: odd) + "\r\n").utf8)
    if random.isOne(in: odd ? 3 : 10) {
      for _ in 0...random.below(2) { bytes += Array((random.pick(Self.trailers) + "\r\n").utf8) }
    }
    return bytes + Array("\r\n".utf8)
  }

  private mutating func size(_ count: Int, odd: Bool) -> String {
    var text = String(count, radix: 16, uppercase: random.isOne(in: 2))
    if random.isOne(in: 4) { text = String(repeating: "0", count: random.below(14)) + text }
    if random.isOne(in: odd ? 3 : 12) { text += random.pick(Self.extensions) }
    if odd, random.isOne(in: 2) { text = random.pick(Self.sizes).replacing("N", with: text) }
    return text
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    let place = random.below(bytes.count)
    switch random.below(12) {
    case 0: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1: bytes[place] = random.pick(Self.bytes)
    case 2: bytes.insert(random.pick(Self.bytes), at: place)
    case 3: bytes.remove(at: place)
    case 4: bytes.removeLast(bytes.count - place)
    case 5: bytes.insert(contentsOf: Array(random.pick(Self.splices).utf8), at: place)
    case 6: replaceLineEnd(&bytes, near: place)
    case 7: afterColon(&bytes, near: place)
    case 8, 9, 10: changeLines(&bytes)
    case _:
      let other = request()
      bytes.replaceSubrange(place..., with: other.suffix(random.below(other.count + 1)))
    }
  }

  private mutating func replaceLineEnd(_ bytes: inout [UInt8], near place: Int) {
    guard let end = bytes[place...].firstIndex(of: 0x0D) else { return }
    bytes.replaceSubrange(end..<min(end + 2, bytes.count), with: random.pick(Self.lineEnds).utf8)
  }

  private mutating func afterColon(_ bytes: inout [UInt8], near place: Int) {
    guard let colon = bytes[place...].firstIndex(of: 0x3A) else { return }
    let where_ = random.isOne(in: 2) ? colon : colon + 1
    bytes.insert(contentsOf: Array(random.pick([" ", "\t", "  ", " \t", "\u{B}", "\u{C}"]).utf8), at: where_)
  }

  private mutating func changeLines(_ bytes: inout [UInt8]) {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    let one = random.below(lines.count)
    let other = random.below(lines.count)
    switch random.below(3) {
    case 0: lines.insert(lines[one], at: other)
    case 1: lines.remove(at: one)
    case _: lines.swapAt(one, other)
    }
    bytes = Array(lines.joined(separator: [0x0A]))
  }
}
