package import AnteroomCore
package import SecretMemory

package enum MeetingRefusal: Hashable, Sendable {
  case invalidToken
  case secondFactorRequired
  /// No right to create a meeting, or none to this one.
  case notHost
  case meetingExists
  case externalExists
  case hostUnknown
  case cohostUnknown
  case passcodeTooWeak
  case unprotected
  case profileUnknown
  /// A front end that schedules names no cohosts, chooses no passcode and leaves nothing unprotected: a session does.
  case sessionRequired
  case closesBeforeOpening
  /// Looser than a level above allows.
  case policyFloor(BrokenFloor)
}

package struct CreatedMeeting: Sendable {
  package let meeting: Meeting
  package let host: Account
  /// Shown once.
  package let passcode: String?
  package let isUnprotected: Bool
}

package struct ShownMeeting: Sendable {
  package let meeting: Meeting
  package let host: Account?
  /// To whom it is shown is invited and no more: its id, title and times and its host's name are theirs to see.
  package var isForInvitee = false
}

package enum MeetingAnswer: Sendable {
  case meeting(ShownMeeting)
  case invalidToken
  case secondFactorRequired
  /// To operators.
  case notFound
  case notHost
}

/// Makes meetings and shows them to whom they belong.
package struct MeetingService: Sendable {
  let store: any Store
  let randomness: any Randomness
  let passcodes: Passcodes
  let sealing: any Sealing
  let lifetime: SessionLifetime

  package init(
    store: any Store, randomness: any Randomness, passcodes: Passcodes, sealing: any Sealing, lifetime: SessionLifetime
  ) {
    self.store = store
    self.randomness = randomness
    self.passcodes = passcodes
    self.sealing = sealing
    self.lifetime = lifetime
  }

  package struct Draft: ~Copyable, Sendable {
    package let id: MeetingID?
    package let external: String?
    package let kind: MeetingKind
    package let title: String?
    /// Named by an operator; a host's session names itself.
    package let host: AccountID?
    package let cohosts: [AccountID]
    package let profile: String?
    package let policy: PolicyValues
    package let opensAt: Instant?
    package let closesAt: Instant?
    package let passcodeKind: PasscodeKind?
    package let passcodeValue: SecretBytes?
    package let unprotectedReason: String?
    package let caller: Caller

    package init(
      id: MeetingID?, external: String?, kind: MeetingKind, title: String?, host: AccountID?, cohosts: [AccountID],
      profile: String?, policy: PolicyValues, opensAt: Instant?, closesAt: Instant?, passcodeKind: PasscodeKind?,
      passcodeValue: consuming SecretBytes?,
      unprotectedReason: String?, caller: Caller
    ) {
      self.id = id
      self.external = external
      self.kind = kind
      self.title = title
      self.host = host
      self.cohosts = cohosts
      self.profile = profile
      self.policy = policy
      self.opensAt = opensAt
      self.closesAt = closesAt
      self.passcodeKind = passcodeKind
      self.passcodeValue = passcodeValue
      self.unprotectedReason = unprotectedReason
      self.caller = caller
    }
  }

  /// Creates a meeting from a profile and the settings it brings. Without an id of its own it gets one of 74 random
  /// bits; without a passcode of its own, where the policy asks for one, it gets one of 50.
  package func create(
    _ draft: consuming Draft, claim: IdempotencyClaim?, render: @escaping @Sendable (CreatedMeeting) -> [UInt8]
  ) async throws(StorageFault) -> Creation<CreatedMeeting, MeetingRefusal> {
    let unprotected = draft.unprotectedReason
    let id = draft.id ?? generatedID()
    let kind = draft.passcodeKind ?? .characters
    var made: Passcodes.Made?
    // What only a session may ask for.
    var asksMuch = unprotected != nil || kind.isWeaker(than: .characters)
    if let value = draft.passcodeValue {
      guard let chosen = passcodes.choose(value, kind: kind, for: id, title: draft.title) else {
        return .refused(.passcodeTooWeak)
      }
      asksMuch = true
      made = chosen
    } else {
      made = passcodes.generate(kind, for: id)
    }
    let passcode = made
    let isParticular = asksMuch
    let profile = draft.profile
    let caller = draft.caller
    let lifetime = lifetime
    let meeting = Meeting(
      id: id, external: draft.external, frontEnd: caller.frontEnd.name, kind: draft.kind, title: draft.title,
      host: draft.host ?? AccountID(known: ""), cohosts: draft.cohosts, profile: PolicyBook.startingProfile,
      policy: PolicyBook.standard.effective(profile: PolicyBook.startingProfile, hostProfile: nil, own: [:]),
      own: draft.policy, passcodeKind: nil, passcodeDigest: nil, passcodeFailures: 0, state: .open, locked: false,
      occurrence: 1, epoch: 1, tally: .empty, createdAt: Instant(milliseconds: 0), version: 1,
      opensAt: draft.opensAt, closesAt: draft.closesAt)
    return try await store.write { tx throws(StorageFault) in
      let host: Account
      switch try MeetingService.host(for: meeting, caller: caller, lifetime: lifetime, in: tx) {
      case .refused(let refusal): return .refused(refusal)
      case .found(let account): host = account
      }
      let isScheduled = caller.bearer == nil && !caller.actsAsOperator
      if isScheduled && (isParticular || !meeting.cohosts.isEmpty) { return .refused(.sessionRequired) }
      return try tx.once(claim, sealing: sealing, render: render, about: { $0.host.id }) { () throws(StorageFault) in
        for cohost in meeting.cohosts {
          guard let account = try tx.account(cohost), !account.disabled else { return .refused(.cohostUnknown) }
        }
        var stored = meeting
        stored.host = host.id
        stored.createdAt = tx.now
        if let opens = stored.opensAt, opens > tx.now { stored.state = .scheduled }
        if let refusal = tx.judge(&stored, profile: profile, host: host, unprotected: unprotected) {
          return .refused(refusal)
        }
        if isScheduled {
          let usual = host.profile ?? PolicyBook.startingProfile
          let base = tx.policies.effective(profile: usual, hostProfile: host.profile, own: [:])
          if let broken = base.loosened(by: stored.policy, profile: usual) { return .refused(.policyFloor(broken)) }
        }
        if stored.policy.passcode != .off {
          stored.passcodeKind = passcode?.kind
          stored.passcodeDigest = passcode?.digest
        }
        let isUnprotected = !stored.policy.isProtected
        switch try tx.insert(stored) {
        case .idTaken: return .refused(.meetingExists)
        case .externalTaken: return .refused(.externalExists)
        case .inserted: break
        }
        try tx.append(
          AuditEntry(
            .meetingCreated, by: try tx.actor(caller), subject: id.text, request: caller.request,
            detail: [("host", host.id.text), ("kind", stored.kind.rawValue), ("profile", stored.profile)]
              + stored.own.keys.map(\.rawValue).sorted().map { ("policy." + $0, "meeting") }
              + (isUnprotected ? [("unprotected", "true")] : []),
            personal: isUnprotected ? [("unprotected_reason", unprotected ?? "")] : [],
            salt: try tx.auditSalt(of: host.id.text)))
        return .created(
          CreatedMeeting(
            meeting: stored, host: host, passcode: stored.passcodeDigest == nil ? nil : passcode?.text,
            isUnprotected: isUnprotected))
      }
    }
  }

  private enum HostAnswer: Sendable { case found(Account), refused(MeetingRefusal) }

  /// Whose meeting it will be: the bearer's own, whom an operator names, or who lets the front end schedule.
  private static func host(
    for meeting: Meeting, caller: Caller, lifetime: SessionLifetime, in tx: any Transaction
  ) throws(StorageFault) -> HostAnswer {
    if caller.actsAsOperator {
      guard let account = try tx.account(meeting.host), !account.disabled, account.isHost else {
        return .refused(.hostUnknown)
      }
      return .found(account)
    }
    if caller.bearer == nil {
      // Whether there is such an account, and whether it hosts, is told only to whom it lets schedule.
      guard try tx.mayScheduleFor(meeting.host, caller), let account = try tx.account(meeting.host) else {
        return .refused(.notHost)
      }
      return .found(account)
    }
    switch try tx.use(caller.bearer, idle: lifetime) {
    case .invalid: return .refused(.invalidToken)
    case .enrolmentOnly: return .refused(.secondFactorRequired)
    case .stands(let found):
      guard found.account.isHost, meeting.host.text.isEmpty || meeting.host == found.account.id else {
        return .refused(.notHost)
      }
      return .found(found.account)
    }
  }

  /// A meeting by its id: all of it to its host, its cohosts and operators, a little to who is invited. To anybody
  /// else it is as if there were none.
  package func show(_ id: MeetingID, caller: Caller) async throws(StorageFault) -> MeetingAnswer {
    return try await store.read { snapshot throws(StorageFault) in
      if caller.actsAsOperator {
        guard let meeting = try snapshot.meeting(id) else { return .notFound }
        return .meeting(ShownMeeting(meeting: meeting, host: try snapshot.account(meeting.host)))
      }
      switch try snapshot.authenticate(caller.bearer) {
      case .invalid: return .invalidToken
      case .enrolmentOnly: return .secondFactorRequired
      case .stands(let found):
        let account = found.account.id
        let invite = try snapshot.invite(of: account, to: id)
        guard let meeting = try snapshot.meeting(id) else { return .notHost }
        let isHosted = meeting.isHosted(by: account)
        if !isHosted {
          guard let invite, try snapshot.opens(invite, to: account, meeting) else { return .notHost }
        }
        return .meeting(
          ShownMeeting(meeting: meeting, host: try snapshot.account(meeting.host), isForInvitee: !isHosted))
      }
    }
  }

  package enum ListAnswer: Sendable {
    case page(Page<ShownMeeting>)
    case invalidToken
    case secondFactorRequired
  }

  /// The bearer's own meetings, or all of them to an operator. `filter` says which of these. A room's foreign name is
  /// known to the front end that gave it alone: to another it may be another room's.
  package func list(
    _ filter: MeetingFilter, after cursor: Int64?, limit: Int, caller: Caller
  ) async throws(StorageFault) -> ListAnswer {
    return try await store.read { snapshot throws(StorageFault) in
      var own = filter
      if !caller.actsAsOperator {
        if own.external != nil { own.frontEnd = caller.frontEnd.name }
        switch try snapshot.authenticate(caller.bearer) {
        case .invalid: return .invalidToken
        case .enrolmentOnly: return .secondFactorRequired
        case .stands(let found): own.account = found.account.id
        }
      }
      let page = try snapshot.meetings(own, after: cursor, limit: limit)
      var shown: [ShownMeeting] = []
      for meeting in page.items {
        let isHosted = own.account.map(meeting.isHosted) ?? true
        if !isHosted, let account = own.account {
          guard let invite = try snapshot.invite(of: account, to: meeting.id),
            try snapshot.opens(invite, to: account, meeting)
          else { continue }
        }
        shown.append(
          ShownMeeting(meeting: meeting, host: try snapshot.account(meeting.host), isForInvitee: !isHosted))
      }
      return .page(Page(items: shown, next: page.next))
    }
  }

  private func generatedID() -> MeetingID {
    while true {
      if let id = MeetingID(random: randomness.bytes(MeetingID.randomByteCount)) { return id }
    }
  }
}

extension Snapshot {
  /// Whether an account's invite opens anything to it: it stands, and neither is barred.
  fileprivate func opens(
    _ invite: Invite, to account: AccountID, _ meeting: Meeting
  ) throws(StorageFault) -> Bool {
    guard invite.stands(in: meeting, at: now) else { return false }
    return try !isBarred(
      account: account, invite: invite.id, lineage: nil, from: meeting.id, occurrence: meeting.occurrence)
  }

  /// Puts a meeting's policy together for its host, and says what is wrong with it: below a floor, or nothing
  /// between a stranger and the room without a word why.
  /// `asked` are the settings that are asked for now; nil for all.
  func judge(
    _ meeting: inout Meeting, profile: String?, host: Account, unprotected: String?, asked: Set<PolicySetting>? = nil
  ) -> MeetingRefusal? {
    let name = profile ?? host.profile ?? PolicyBook.startingProfile
    if policies.profiles[name] == nil && name != meeting.profile { return .profileUnknown }
    meeting.profile = name
    meeting.hostProfile = host.profile
    if let broken = policies.brokenFloor(meeting.own, profile: name, hostProfile: host.profile, only: asked) {
      return .policyFloor(broken)
    }
    meeting.adopt(policies.effective(profile: name, hostProfile: host.profile, own: meeting.own))
    return meeting.policy.isProtected || unprotected != nil ? nil : .unprotected
  }
}
