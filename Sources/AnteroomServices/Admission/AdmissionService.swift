package import AnteroomCore

/// What a joiner is told of its own join, and nothing else.
package struct OwnJoin: Sendable {
  package let join: Join
  package let meeting: Meeting
  /// A fresh grant, where the join may have one now.
  package let grant: String?
}

package enum JoinResult: ~Copyable, Sendable {
  case made(OwnJoin, ticket: BearerToken)
  /// The ticket that was shown stands in this meeting: the same join again.
  case standing(OwnJoin)
  /// With how it was proved: what an outsider learns of a refusal depends on that.
  case refused(RefusalReason, Proof)
  case invalidToken
  case secondFactorRequired
  case invalidName(DisplayName.Invalid)
  case unknownAudience
}

package enum OwnJoinResult: Sendable {
  case join(OwnJoin)
  case invalidToken
  case impossible(JoinState)
}

/// Decides joins.
package struct AdmissionService: Sendable {
  let ports: AdmissionPorts

  package init(ports: AdmissionPorts) {
    self.ports = ports
  }

  package struct Attempt: ~Copyable, Sendable {
    /// As it was given: it may name no meeting at all.
    package let meeting: String
    package let displayName: String?
    package let passcode: Passcode?
    package let clientKind: ClientKind
    package let audience: String?
    package let ticket: TokenProof?
    package let origin: AttemptLimiter.Origin
    package let caller: Caller

    package init(
      meeting: String, displayName: String?, passcode: consuming Passcode?, clientKind: ClientKind, audience: String?,
      ticket: TokenProof?, origin: AttemptLimiter.Origin, caller: Caller
    ) {
      self.meeting = meeting
      self.displayName = displayName
      self.passcode = passcode
      self.clientKind = clientKind
      self.audience = audience
      self.ticket = ticket
      self.origin = origin
      self.caller = caller
    }
  }

  /// What goes into the transaction: no secret, and every random value made before it.
  struct Draft: Sendable {
    let meeting: MeetingID?
    let name: DisplayName?
    let passcode: PasscodeShown
    let clientKind: ClientKind
    let audience: String
    let ticket: TokenProof?
    let buckets: [BudgetBucket]
    let source: Digest
    let caller: Caller
    let id: JoinID
    let ticketDigest: Digest
    let salt: [UInt8]
    /// The typed name as the audit keeps it: sealed here, where nobody else's join waits for it.
    let sealedName: [UInt8]?
  }

  enum Outcome: Sendable {
    case made(Join, Meeting, AuthenticatedSession?)
    case standing(Join, Meeting, AuthenticatedSession?)
    case refused(RefusalReason, Proof)
    case invalidToken
    case secondFactorRequired
    case nameRequired
  }

  /// One join, decided and recorded in one transaction: existing or not, the same budgets are drawn on
  /// and the same rows are written, so that neither answer nor time tells a stranger what exists.
  package func join(_ attempt: consuming Attempt) async throws(StorageFault) -> JoinResult {
    let caller = attempt.caller
    guard let audience = attempt.audience ?? caller.frontEnd.audiences.first,
      caller.frontEnd.audiences.contains(audience)
    else { return .unknownAudience }
    var name: DisplayName?
    if let typed = attempt.displayName {
      do {
        name = try DisplayName(parsing: typed, with: ports.text)
      } catch {
        return .invalidName(error)
      }
    }
    let id = JoinID(at: ports.clock.now(), random: ports.randomness.bytes(JoinID.timedRandomByteCount))
    let minted = ports.mint.mint(.ticket, name: String(id.text.dropFirst(JoinID.prefix.count)))
    let salt = ports.randomness.bytes(16)
    let sealedName = name.map { name in
      ports.sealing.sealPersonal(AuditEntry.json([("display_name", name.text)]), subjectSalt: salt)
    }
    let draft = Draft(
      meeting: MeetingID(parsing: attempt.meeting), name: name,
      passcode: ports.passcodes.show(attempt.passcode, for: attempt.meeting), clientKind: attempt.clientKind,
      audience: audience, ticket: attempt.ticket,
      buckets: ports.limiter.passcode(meeting: attempt.meeting, origin: attempt.origin),
      source: ports.limiter.sourceDigest(attempt.origin), caller: caller, id: id, ticketDigest: minted.digest,
      salt: salt, sealedName: sealedName)
    let outcome = try await ports.store.write { tx throws(StorageFault) in try decide(draft, in: tx) }
    switch outcome {
    case .made(let join, let meeting, let session):
      return .made(OwnJoin(join: join, meeting: meeting, grant: grant(join, meeting, session)), ticket: minted.token)
    case .standing(let join, let meeting, let session):
      return .standing(OwnJoin(join: join, meeting: meeting, grant: grant(join, meeting, session)))
    case .refused(let reason, let proof): return .refused(reason, proof)
    case .invalidToken: return .invalidToken
    case .secondFactorRequired: return .secondFactorRequired
    case .nameRequired: return .invalidName(.empty)
    }
  }

  func grant(_ join: Join, _ meeting: Meeting, _ session: AuthenticatedSession?) -> String? {
    ports.grants.grant(for: join, in: meeting, session: session?.session, at: ports.clock.now())
  }
}
