/// Names a budget to operators: the beginning of its key, which tells nothing of whom it is about.
package struct LockoutID: OpaqueID {
  package static let prefix = "lock_"
  package let text: String
  package init(known text: String) { self.text = text }

  package init(key: Digest) { text = LockoutID.prefix + Base32.text(key.bytes, characters: 26) }

  /// The first 16 bytes of the key; the last two bits of the text lie beyond them.
  package var keyBeginning: [UInt8] {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var held = 0
    for digit in text.utf8.dropFirst(LockoutID.prefix.utf8.count) {
      bits = (bits << 5 | UInt32(Base32.value(of: digit) ?? 0)) & 0xFFFF
      held += 5
      guard held >= 8, bytes.count < 16 else { continue }
      held -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
    }
    return bytes
  }
}

/// What is delayed or barred, and why, as an operator sees it.
package struct Lockout: Sendable {
  /// Nil where clearing would be a way around the second factor: its owner or `account totp-reset` ends that.
  package let id: LockoutID?
  package let kind: String
  package let account: Account?
  package let failures: Int
  /// So many failures are without consequence.
  package let limit: Int
  /// The first of the failures.
  package let since: Instant?
  /// Until when it refuses; nil while it only counts, and where it refuses until somebody acts.
  package let until: Instant?
  package let why: String

  package init(
    id: LockoutID?, kind: String, account: Account?, failures: Int, limit: Int, since: Instant?, until: Instant?,
    why: String
  ) {
    self.id = id
    self.kind = kind
    self.account = account
    self.failures = failures
    self.limit = limit
    self.since = since
    self.until = until
    self.why = why
  }
}
