package import AnteroomCore
package import SecretMemory

/// Makes and compares passcodes. A joiner's is compared as a keyed digest, so a join never waits for
/// Argon2; 50 random bits under a key outside the database need no more.
package struct Passcodes: Sendable {
  private let digests: any Digests
  private let randomness: any Randomness
  private let blocklist: PasswordBlocklist

  package init(digests: any Digests, randomness: any Randomness, blocklist: PasswordBlocklist) {
    self.digests = digests
    self.randomness = randomness
    self.blocklist = blocklist
  }

  /// A passcode as it is shown once, and the digest of it in its meeting.
  package struct Made: Sendable {
    package let kind: PasscodeKind
    package let text: String
    package let digest: Digest
  }

  /// Generates one: 10 characters of Crockford base32 (50 bits), 5 words of 7,776 (64 bits), 8 digits.
  package func generate(_ kind: PasscodeKind, for meeting: MeetingID) -> Made {
    let text: String
    switch kind {
    case .characters:
      let plain = Base32.text(randomness.bytes(7), characters: 10)
      text = plain.prefix(5) + "-" + plain.suffix(5)
    case .words:
      text = (0..<5).map { _ in PasscodeWords.word(uniform(below: PasscodeWords.count)) }.joined(separator: "-")
    case .digits: text = (0..<8).map { _ in String(uniform(below: 10)) }.joined()
    }
    return Made(kind: kind, text: text, digest: digest(of: Array(text.utf8).span, in: meeting.text))
  }

  /// A chosen one; nil where it could be guessed: fewer than 8 characters that count, fewer than 4
  /// different ones, what is tried first as a password, or what the meeting's address or title says.
  package func choose(_ value: borrowing SecretBytes, kind: PasscodeKind, for meeting: MeetingID, title: String?)
    -> Made?
  {
    let typed = value.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    var canonical: [UInt8] = []
    guard Passcodes.canonicalise(typed.span, into: &canonical), canonical.count >= 8, Set(canonical).count >= 4,
      // As typed and as compared: hyphens between the letters of a common word hide nothing.
      [typed, canonical].allSatisfy({ text in
        blocklist.reason(
          for: Password(prepared: SecretBytes(copying: text), codePoints: text.count), username: title,
          serviceNames: [meeting.text]) == nil
      }), !Passcodes.isDate(canonical)
    else { return nil }
    if kind == .digits && !canonical.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) { return nil }
    let text = String(decoding: typed, as: UTF8.self)
    return Made(kind: kind, text: text, digest: keyed(canonical.span, in: meeting.text))
  }

  /// What a joiner shows, digested for the meeting id as it was given, whether it exists or not.
  package func show(_ passcode: borrowing Passcode?, for meeting: String) -> PasscodeShown {
    switch passcode {
    case .none: return .nothing
    case .some(let shown):
      return shown.bytes.withBytes { typed in
        var canonical: [UInt8] = []
        defer { for index in canonical.indices { canonical[index] = 0 } }
        if typed.isEmpty { return .nothing }
        guard Passcodes.canonicalise(typed, into: &canonical), !canonical.isEmpty else { return .malformed }
        return .digest(keyed(canonical.span, in: meeting))
      }
    }
  }

  private func digest(of typed: Span<UInt8>, in meeting: String) -> Digest {
    var canonical: [UInt8] = []
    _ = Passcodes.canonicalise(typed, into: &canonical)
    return keyed(canonical.span, in: meeting)
  }

  private func keyed(_ canonical: Span<UInt8>, in meeting: String) -> Digest {
    digests.keyed(.passcode, context: meeting, canonical)
  }

  /// What is compared, whatever kind it is: letter case, spaces and hyphens aside, and with `o`, `i`
  /// and `l` read as the digits they look like. At most 128 bytes.
  private static func canonicalise(_ typed: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    guard typed.count <= 128 else { return false }
    output.reserveCapacity(typed.count)
    for index in typed.indices {
      switch typed[index] {
      case UInt8(ascii: " "), UInt8(ascii: "-"): continue
      case UInt8(ascii: "O"), UInt8(ascii: "o"): output.append(UInt8(ascii: "0"))
      case UInt8(ascii: "I"), UInt8(ascii: "i"), UInt8(ascii: "L"), UInt8(ascii: "l"): output.append(UInt8(ascii: "1"))
      case let upper where Base32.isUpper(upper): output.append(upper | 0x20)
      case let byte: output.append(byte)
      }
    }
    return true
  }

  /// Eight digits that are a day of the last or this century, in either order: a birthday.
  private static func isDate(_ text: [UInt8]) -> Bool {
    guard text.count == 8, let number = Int(String(decoding: text, as: UTF8.self)) else { return false }
    let yearFirst = (number / 10_000, number / 100 % 100, number % 100)
    let yearLast = (number % 10_000, number / 10_000 % 100, number / 1_000_000)
    return [yearFirst, yearLast].contains { year, one, other in
      (1900...2099).contains(year) && (1...31).contains(one) && (1...31).contains(other) && min(one, other) <= 12
    }
  }

  /// Uniform over 0 ..< bound: values above the largest multiple of the bound are drawn again.
  private func uniform(below bound: Int) -> Int {
    let ceiling = 65_536 / bound * bound
    while true {
      let bytes = randomness.bytes(2)
      let value = Int(bytes[0]) << 8 | Int(bytes[1])
      if value < ceiling { return value % bound }
    }
  }
}
