import AnteroomCore

/// What the tables say of ASCII, without them: most names are nothing else, and each join has one.
enum ASCIILooks {
  /// What 1 is taken for: in `B1ll` it is read as an i, and looks like an l.
  enum One: UInt32 {
    case seen = 0x6C
    case read = 0x69
  }

  /// Nil where there is another code point, or nothing left to compare.
  static func skeletons(of name: String) -> NameSkeletons? {
    var seen: [UInt8] = []
    seen.reserveCapacity(name.utf8.count + 4)
    var read: [UInt8]?
    for byte in name.utf8 {
      guard byte < 0x80, seen.count < 1024 else { return nil }
      if byte == UInt8(ascii: "I") || byte == UInt8(ascii: "1") {
        if read == nil { read = seen }
        read?.append(UInt8(ascii: "i"))
        seen.append(UInt8(ascii: "l"))
        continue
      }
      for made in prototype(of: lowercased(UInt32(byte)), one: .seen) {
        // `0` looks like a capital O.
        let made = lowercased(UInt8(truncatingIfNeeded: made))
        seen.append(made)
        read?.append(made)
      }
    }
    guard !seen.isEmpty else { return nil }
    let text = String(decoding: seen, as: UTF8.self)
    return NameSkeletons(asSeen: text, asRead: read.map { String(decoding: $0, as: UTF8.self) } ?? text)
  }

  /// As above, of what came out of a pass; nil where there is another code point.
  static func settled(_ text: [UInt32], one: One) -> [UInt32]? {
    var settled: [UInt32] = []
    settled.reserveCapacity(text.count + 4)
    for codePoint in text {
      guard codePoint < 0x80 else { return nil }
      for made in prototype(of: lowercased(codePoint), one: one) { settled.append(lowercased(made)) }
    }
    return settled
  }

  /// The UTS 39 prototype of an ASCII code point; nothing where it is overlooked.
  static func prototype(of codePoint: UInt32, one: One) -> Letters {
    switch codePoint {
    case 0x30: Letters(0x4F)
    case 0x31: Letters(one.rawValue)
    // I and the bar.
    case 0x49, 0x7C: Letters(0x6C)
    case 0x6D: Letters(0x72, 0x6E)
    case _ where isDigit(codePoint) || isLetter(codePoint): Letters(codePoint)
    default: Letters()
    }
  }

  /// Up to two code points, without the memory of an array.
  struct Letters: Sequence, IteratorProtocol {
    private var first: UInt32?
    private var second: UInt32?

    init(_ first: UInt32? = nil, _ second: UInt32? = nil) {
      self.first = first
      self.second = second
    }

    mutating func next() -> UInt32? {
      defer { (first, second) = (second, nil) }
      return first
    }
  }

  static func isDigit(_ codePoint: UInt32) -> Bool { (0x30...0x39).contains(codePoint) }

  static func isLetter(_ codePoint: UInt32) -> Bool {
    (0x41...0x5A).contains(codePoint) || (0x61...0x7A).contains(codePoint)
  }

  private static func lowercased<Code: FixedWidthInteger>(_ code: Code) -> Code {
    (0x41...0x5A).contains(code) ? code | 0x20 : code
  }
}
