/// What happened, in words that stay the same for as long as an audit is kept.
package enum AuditEvent: String, Sendable, CaseIterable {
  case daemonStarted = "daemon.started"
  case accountCreated = "account.created"
  case accountChanged = "account.changed"
  case passwordSet = "account.password_set"
  case passwordChanged = "account.password_changed"
  case resetStarted = "account.reset_started"
  case totpEnrolled = "account.totp_enrolled"
  case totpConfirmed = "account.totp_confirmed"
  case totpDisabled = "account.totp_disabled"
  /// Its owner took the second factor off.
  case totpRemoved = "account.totp_removed"
  /// An operator took it off, and the password with it.
  case totpReset = "account.totp_reset"
  case codeReplayed = "account.code_replayed"
  case recoveryCodeUsed = "account.recovery_code_used"
  case recoveryCodesReplaced = "account.recovery_codes_replaced"
  /// So many wrong ones that none is compared any more.
  case recoveryCodesDisabled = "account.recovery_codes_disabled"
  case identityBound = "account.identity_bound"
  case accountImported = "account.imported"
  case accountExported = "account.exported"
  case accountErased = "account.erased"
  case lockoutCleared = "lockout.cleared"
  case passwordHashCorrupt = "account.hash_corrupt"
  case sessionStarted = "session.started"
  case sessionReauthenticated = "session.reauthenticated"
  case sessionEnded = "session.ended"
  case meetingCreated = "meeting.created"
  case meetingChanged = "meeting.changed"
  case meetingOpened = "meeting.opened"
  case meetingDeleted = "meeting.deleted"
  case meetingLocked = "meeting.locked"
  case meetingUnlocked = "meeting.unlocked"
  case meetingSuspended = "meeting.suspended"
  case meetingEnded = "meeting.ended"
  case passcodeRotated = "meeting.passcode_rotated"
  case meetingAtRisk = "meeting.at_risk"
  case joinWaiting = "join.waiting"
  case joinAdmitted = "join.admitted"
  case joinPresent = "join.present"
  case joinDenied = "join.denied"
  case joinRemoved = "join.removed"
  case joinSentBack = "join.sent_back"
  case joinRejoined = "join.rejoined"
  /// The right to come back to a seat after a drop has ended.
  case joinForfeited = "join.forfeited"
  case joinMessage = "join.message"
  case joinPublish = "join.publish"
  case joinRole = "join.role"
  case joinWithdrawn = "join.withdrawn"
  case joinExpired = "join.expired"
  case joinLeft = "join.left"
  case grantRedeemed = "grant.redeemed"
  case inviteCreated = "invite.created"
  case inviteRevoked = "invite.revoked"
  case noticeAnswered = "notice.answered"
  case consentWithdrawn = "consent.withdrawn"
  case delegateAllowed = "delegate.allowed"
  case delegateEnded = "delegate.ended"
  case attendanceShown = "attendance.shown"
  case banned = "ban.created"
  case unbanned = "ban.deleted"
  case revocationAcknowledged = "revocation.acknowledged"
  case revocationUnconfirmed = "revocation.unconfirmed"
  case keyRotated = "key.rotated"
  case actRefused = "act.refused"
  case strangersRefused = "strangers.refused"
}

/// Who did it: an identifier, never a name.
package enum AuditActor: Hashable, Sendable {
  case system
  case `operator`(uid: UInt32)
  case frontEnd(String)
  case account(AccountID)
  case join(JoinID)

  package var text: String {
    switch self {
    case .system: "system"
    case .operator(let uid): "operator:\(uid)"
    case .frontEnd(let name): "frontend:\(name)"
    case .account(let id): id.text
    case .join(let id): id.text
    }
  }
}

/// One thing to be recorded. `detail` is in the clear and holds no name and no secret; `personal` is
/// sealed under the subject's own key, so that erasing the person's salt erases it.
package struct AuditEntry: Sendable {
  package var event: AuditEvent
  package var actor: AuditActor
  /// The identifier of whom or what it happened to.
  package var subject: String
  package var request: RequestID?
  package var detail: [(key: String, value: String)]
  package var personal: [(key: String, value: String)]
  /// The subject's salt; without one nothing personal can be recorded.
  package var salt: [UInt8]?
  /// The personal fields as they were sealed before the transaction, in place of `personal` and `salt`.
  package var sealed: [UInt8]?

  package init(
    _ event: AuditEvent, by actor: AuditActor, subject: String, request: RequestID?,
    detail: [(key: String, value: String)] = [], personal: [(key: String, value: String)] = [], salt: [UInt8]? = nil,
    sealed: [UInt8]? = nil
  ) {
    self.event = event
    self.actor = actor
    self.subject = subject
    self.request = request
    self.detail = detail
    self.personal = personal
    self.salt = salt
    self.sealed = sealed
  }
}

extension AuditEntry {
  /// Fields as a JSON object in the order they were given: what is recorded, and what is sealed.
  package static func json(_ fields: [(key: String, value: String)]) -> [UInt8] {
    JSONText.object { json in
      for field in fields { json.member(field.key, field.value) }
    }
  }
}

/// One record as it is stored and hashed.
package struct AuditRecord: Hashable, Sendable {
  package let index: Int64
  package let time: Instant
  package let event: String
  package let actor: String
  package let subject: String
  package let request: String
  /// Keys and values as a JSON object in the order they were given.
  package let detail: String
  /// Nonce, ciphertext and tag of the personal fields; empty where there are none.
  package let sealed: [UInt8]

  package init(
    index: Int64, time: Instant, event: String, actor: String, subject: String, request: String, detail: String,
    sealed: [UInt8]
  ) {
    self.index = index
    self.time = time
    self.event = event
    self.actor = actor
    self.subject = subject
    self.request = request
    self.detail = detail
    self.sealed = sealed
  }

  /// The bytes that the leaf's hash covers: a version, then every field behind its length, so that no
  /// two records share an encoding.
  package var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(160 + sealed.count)
    bytes.append(1)
    AuditRecord.append(UInt64(bitPattern: index), to: &bytes)
    AuditRecord.append(UInt64(bitPattern: time.milliseconds), to: &bytes)
    for field in [event, actor, subject, request, detail] {
      AuditRecord.append(UInt32(field.utf8.count), to: &bytes)
      bytes.append(contentsOf: field.utf8)
    }
    AuditRecord.append(UInt32(sealed.count), to: &bytes)
    bytes.append(contentsOf: sealed)
    return bytes
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
