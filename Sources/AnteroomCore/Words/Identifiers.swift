/// An identifier that carries nothing but itself: a prefix that says what it names, and 130 random
/// bits in 26 characters of Crockford's base32 (lower case).
package protocol OpaqueID: Hashable, Sendable, CustomStringConvertible {
  static var prefix: String { get }
  var text: String { get }
  init(known text: String)
}

extension OpaqueID {
  /// How many random bytes `init(random:)` takes.
  package static var randomByteCount: Int { 17 }

  /// Accepts only what this program could have given out.
  package init?(parsing text: String) {
    let bytes = text.utf8
    guard bytes.count == Self.prefix.utf8.count + 26, text.hasPrefix(Self.prefix),
      bytes.dropFirst(Self.prefix.utf8.count).allSatisfy({ Base32.value(of: $0) != nil && !Base32.isUpper($0) })
    else { return nil }
    self.init(known: text)
  }

  package init(random bytes: [UInt8]) {
    precondition(bytes.count == Self.randomByteCount)
    self.init(known: Self.prefix + Base32.text(bytes, characters: 26))
  }

  package var description: String { text }
}

package struct AccountID: OpaqueID {
  package static let prefix = "acct_"
  package let text: String
  package init(known text: String) { self.text = text }
}

package struct SessionID: OpaqueID {
  package static let prefix = "sess_"
  package let text: String
  package init(known text: String) { self.text = text }
}

/// The one kind of id that begins with its time: joins are by far the most rows, and ids that rise keep
/// the index of them to its right edge instead of writing a page of it for each.
package struct JoinID: OpaqueID {
  package static let prefix = "join_"
  package let text: String
  package init(known text: String) { self.text = text }

  package static let timedRandomByteCount = 10

  /// 50 bits of milliseconds, then 80 random bits: what a ticket proves is elsewhere.
  package init(at now: Instant, random bytes: [UInt8]) {
    precondition(bytes.count == JoinID.timedRandomByteCount)
    let time = UInt64(max(0, now.milliseconds)) << 14
    let timeBytes = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: time >> UInt64($0)) }
    self.init(known: JoinID.prefix + Base32.text(timeBytes, characters: 10) + Base32.text(bytes, characters: 16))
  }
}

/// A second factor as enrolled: its sealed secret is bound to this and to the account.
package struct AuthenticatorID: OpaqueID {
  package static let prefix = "auth_"
  package let text: String
  package init(known text: String) { self.text = text }
}

/// Names one sign-in between its password and its second factor.
package struct ChallengeID: OpaqueID {
  package static let prefix = "chal_"
  package let text: String
  package init(known text: String) { self.text = text }
}

/// Names one bar against coming back.
package struct BanID: OpaqueID {
  package static let prefix = "ban_"
  package let text: String
  package init(known text: String) { self.text = text }
}

/// Names one invite; its code is another secret.
package struct InviteID: OpaqueID {
  package static let prefix = "inv_"
  package let text: String
  package init(known text: String) { self.text = text }
}

/// Names one request in the answer, the log and the audit.
package struct RequestID: OpaqueID {
  package static let prefix = "req_"
  package let text: String
  package init(known text: String) { self.text = text }
}
