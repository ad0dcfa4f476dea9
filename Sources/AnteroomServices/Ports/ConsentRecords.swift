package import AnteroomCore

/// What one join said to one version of a notice.
package struct Consent: Hashable, Sendable {
  package let notice: String
  package let version: Int
  /// SHA-256 of the text that was shown.
  package let textDigest: Digest
  package let agreed: Bool
  package let time: Instant
  package let withdrawnAt: Instant?

  package init(
    notice: String, version: Int, textDigest: Digest, agreed: Bool, time: Instant, withdrawnAt: Instant? = nil
  ) {
    self.notice = notice
    self.version = version
    self.textDigest = textDigest
    self.agreed = agreed
    self.time = time
    self.withdrawnAt = withdrawnAt
  }

  /// The same, taken back.
  package func withdrawn(at time: Instant) -> Consent {
    Consent(
      notice: notice, version: version, textDigest: textDigest, agreed: agreed, time: self.time, withdrawnAt: time)
  }

  /// What it says now.
  package var answer: NoticeAnswer {
    NoticeAnswer(id: notice, version: version, agreed: agreed && withdrawnAt == nil)
  }
}

package protocol ConsentReading {
  /// Everything that a join said to notices, the oldest first.
  func consents(of join: JoinID) throws(StorageFault) -> [Consent]
  /// SHA-256 of a notice's text: what an agreement is bound to.
  func textDigest(of notice: Notice) -> Digest
}

package protocol ConsentWriting {
  /// In place of what the join said to that text before.
  func save(_ consent: Consent, of join: JoinID) throws(StorageFault)
}
