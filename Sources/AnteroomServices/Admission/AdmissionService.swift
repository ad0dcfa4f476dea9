package import AnteroomCore
package import SecretMemory

/// What a joiner is told of its own join, and nothing else.
package struct OwnJoin: Sendable {
  package let join: Join
  package let meeting: Meeting
  /// A fresh grant, where the join may have one now.
  package let grant: GivenGrant?
  /// How it was decided, for hosts and operators.
  package var trace: [TraceEntry] = []
  /// What the joiner has yet to be shown; what it has to agree to among it, before there is a grant.
  package var notices: [Notice] = []
}

/// A refusal with all that an answer may need of it: what an outsider learns depends on the proof.
package struct JoinRefusal: Sendable {
  package let reason: RefusalReason
  package let proof: Proof
  package let trace: [TraceEntry]
  package let required: [RefusalReason]
  package let notices: [Notice]
  package let provenance: [PolicySetting: PolicyLevel]
  /// Whoever was refused is a host of the meeting by its record.
  package let isHosts: Bool
}

package enum JoinResult: ~Copyable, Sendable {
  case made(OwnJoin, ticket: BearerToken)
  /// The ticket that was shown stands in this meeting: the same join again.
  case standing(OwnJoin)
  case refused(JoinRefusal)
  case invalidToken
  case secondFactorRequired
  case invalidName(DisplayName.Invalid)
  case unknownAudience
}

package enum OwnJoinResult: Sendable {
  case join(OwnJoin)
  case invalidToken
  case impossible(JoinState)
  /// No notice of that id and version is in force.
  case noticeNotInForce
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
    package let invite: SecretBytes?
    package let clientKind: ClientKind
    package let notices: [NoticeAnswer]
    package let audience: String?
    package let ticket: TokenProof?
    package let origin: AttemptLimiter.Origin
    package let caller: Caller

    package init(
      meeting: String, displayName: String?, passcode: consuming Passcode?, invite: consuming SecretBytes?,
      clientKind: ClientKind, notices: [NoticeAnswer], audience: String?,
      ticket: TokenProof?, origin: AttemptLimiter.Origin, caller: Caller
    ) {
      self.meeting = meeting
      self.displayName = displayName
      self.passcode = passcode
      self.invite = invite
      self.notices = notices
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
    let name: TypedName?
    let passcode: PasscodeShown
    let invite: InviteCode
    let clientKind: ClientKind
    let notices: [NoticeAnswer]
    let audience: String
    let ticket: TokenProof?
    let buckets: [BudgetBucket]
    /// Of the joins that its source makes here; nil where they are not counted.
    let knocks: BudgetBucket?
    let source: Digest
    /// Of a believed address of its own, cut short; what ceilings per source count by.
    let place: Int64?
    let caller: Caller
    let id: JoinID
    let ticketDigest: Digest
    let salt: [UInt8]
    /// The typed name as the audit keeps it: sealed here, where nobody else's join waits for it.
    let sealedName: [UInt8]?
  }

  /// A name as it was typed, judged before the transaction.
  struct TypedName: Sendable {
    let name: DisplayName
    let likeness: NameLikeness
    let isReserved: Bool
  }

  /// What was shown as an invite's code: only its digest goes on.
  enum InviteCode: Sendable { case nothing, malformed, digest(Digest) }

  /// Boxed: it goes through several hands on its way from the writer, and is as large as a join and its meeting.
  indirect enum Outcome: Sendable {
    case made(Join, Meeting, AuthenticatedSession?, [TraceEntry], [Notice])
    case standing(Join, Meeting, AuthenticatedSession?, Entitlement, [Notice])
    case refused(JoinRefusal)
    case invalidToken
    case secondFactorRequired
  }

  /// An attempt with all done to it that needs no transaction, and nothing secret left in it but the new ticket.
  private struct Prepared: ~Copyable {
    let decide: @Sendable (any Transaction) throws(StorageFault) -> Outcome
    let ticket: BearerToken
  }

  /// One join, decided and recorded in one transaction: existing or not, the same budgets are drawn on
  /// and the same rows are written, so that neither answer nor time tells a stranger what exists.
  package func join(_ attempt: consuming Attempt) async throws(StorageFault) -> JoinResult {
    // What waits for the store is little: preparing and concluding are calls of their own.
    let audiences = attempt.caller.frontEnd.audiences
    guard let audience = attempt.audience ?? audiences.first, audiences.contains(audience) else {
      return .unknownAudience
    }
    let prepared: Prepared
    do throws(DisplayName.Invalid) {
      prepared = try prepare(attempt, for: audience)
    } catch {
      return .invalidName(error)
    }
    let outcome = try await ports.store.write(prepared.decide)
    return result(of: outcome, ticket: prepared.ticket)
  }

  private func prepare(_ attempt: consuming Attempt, for audience: String) throws(DisplayName.Invalid) -> Prepared {
    var name: TypedName?
    if let typed = attempt.displayName { name = ports.typed(try DisplayName(parsing: typed, with: ports.text)) }
    let id = JoinID(at: ports.clock.now(), random: ports.randomness.bytes(JoinID.timedRandomByteCount))
    let minted = ports.mint.mint(.ticket, name: String(id.text.dropFirst(JoinID.prefix.count)))
    let salt = ports.randomness.bytes(16)
    let sealedName = name.map { typed in
      ports.sealing.sealPersonal(AuditEntry.json([("display_name", typed.name.text)]), subjectSalt: salt)
    }
    let draft = Draft(
      meeting: MeetingID(parsing: attempt.meeting), name: name,
      passcode: ports.passcodes.show(attempt.passcode, for: attempt.meeting), invite: ports.show(attempt.invite),
      clientKind: attempt.clientKind, notices: attempt.notices, audience: audience, ticket: attempt.ticket,
      buckets: ports.limiter.passcode(meeting: attempt.meeting, origin: attempt.origin),
      knocks: ports.limiter.knocks(
        meeting: attempt.meeting, origin: attempt.origin, limit: max(600, ports.waitingCeiling)),
      source: ports.limiter.sourceDigest(attempt.origin), place: ports.limiter.place(attempt.origin),
      caller: attempt.caller, id: id, ticketDigest: minted.digest, salt: salt, sealedName: sealedName)
    return Prepared(decide: { tx throws(StorageFault) in try decide(draft, in: tx) }, ticket: minted.token)
  }

  private func result(of outcome: Outcome, ticket: consuming BearerToken) -> JoinResult {
    switch outcome {
    case .made(let join, let meeting, let session, let trace, let notices):
      ports.sightings.saw(join, at: ports.clock.now())
      let own = OwnJoin(
        join: join, meeting: meeting, grant: grant(join, meeting, session), trace: trace, notices: notices)
      return .made(own, ticket: ticket)
    case .standing(let join, let meeting, let session, let entitlement, let notices):
      ports.sightings.saw(join, at: ports.clock.now())
      let grant = entitlement == .grant ? grant(join, meeting, session) : nil
      return .standing(OwnJoin(join: join, meeting: meeting, grant: grant, notices: notices))
    case .refused(let refusal): return .refused(refusal)
    case .invalidToken: return .invalidToken
    case .secondFactorRequired: return .secondFactorRequired
    }
  }

  func grant(_ join: Join, _ meeting: Meeting, _ session: AuthenticatedSession?) -> GivenGrant? {
    ports.grants.grant(for: join, in: meeting, session: session?.session, at: ports.clock.now())
  }
}
