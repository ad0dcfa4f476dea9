/// What a joiner showed of the passcode.
package enum PasscodeShown: Hashable, Sendable {
  case nothing
  /// Not even the shape of a passcode.
  case malformed
  /// Its keyed digest, made for the meeting id as it was given.
  case digest(Digest)
}

/// What a joiner showed of an invite, or has by its account.
package enum InviteShown: Hashable, Sendable {
  case nothing
  /// Unknown, revoked, over, used up, or of another meeting: alike.
  case wrong
  case good(Invite)

  package var invite: Invite? {
    if case .good(let invite) = self { invite } else { nil }
  }
}

/// What is known of the name that somebody is to be shown under.
package enum NameShown: Hashable, Sendable {
  /// None was typed, and none is the account's or the invite's.
  case missing
  /// It holds a reserved word.
  case reserved
  /// One could take it for the name of this join or account, by its id.
  case alike(String)
  case good
}

/// A joiner's word on one notice: it was shown and, where that is asked, agreed to. Of a join that stands, what
/// was said to another text than the one in force is no answer, and not among its facts.
package struct NoticeAnswer: Hashable, Sendable {
  package let id: String
  package let version: Int
  package let agreed: Bool

  package init(id: String, version: Int, agreed: Bool) {
    self.id = id
    self.version = version
    self.agreed = agreed
  }

  package func satisfies(_ notice: Notice) -> Bool {
    id == notice.id && version == notice.version && (agreed || !notice.consent)
  }
}

/// Everything that a join is decided by, loaded in the transaction that records the decision.
package struct AdmissionFacts: Sendable {
  package var now: Instant
  /// Nil when no meeting has this id.
  package var meeting: Meeting?
  /// Any meeting, read in place of the one that there is not, so that reading takes its time there too.
  package var decoy: Meeting?
  package var joinerClass: JoinerClass
  /// Of the session that was shown; 0 without one.
  package var factors: Int
  /// Its session has to show a second factor, whatever the meeting says: it may do nothing else, or its account owns the
  /// meeting and the site asks hosts for two.
  package var lacksFactor = false
  package var client: ClientKind
  package var passcode: PasscodeShown
  package var invite: InviteShown
  package var name: NameShown
  package var notices: [NoticeAnswer]
  package var throttle: AttemptBudget.Verdict
  /// The account, the invite, or the chain of tickets that was shown, is barred.
  package var isBarred: Bool
  /// The account, or the chain of tickets, was sent back or denied in this occurrence.
  package var wasTurnedBack: Bool
  /// Somebody who holds the code of the invite that was shown is barred.
  package var isInviteSuspect = false
  /// Somebody waits for the next seat already.
  package var isQueuedForSeat: Bool
  /// How many may wait in one meeting.
  package var waitingCeiling: Int
  /// The join that stands already, where the gates are asked again about one.
  package var standing: Join?

  package init(
    now: Instant, meeting: Meeting?, joinerClass: JoinerClass, factors: Int = 0, client: ClientKind = .person,
    passcode: PasscodeShown = .nothing, invite: InviteShown = .nothing, name: NameShown = .good,
    notices: [NoticeAnswer] = [], throttle: AttemptBudget.Verdict = .available, isBarred: Bool = false,
    wasTurnedBack: Bool = false, isQueuedForSeat: Bool = false, waitingCeiling: Int, standing: Join? = nil
  ) {
    self.now = now
    self.meeting = meeting
    self.joinerClass = joinerClass
    self.factors = factors
    self.client = client
    self.passcode = passcode
    self.invite = invite
    self.name = name
    self.notices = notices
    self.throttle = throttle
    self.isBarred = isBarred
    self.wasTurnedBack = wasTurnedBack
    self.isQueuedForSeat = isQueuedForSeat
    self.waitingCeiling = waitingCeiling
    self.standing = standing
  }

  /// What is asked again of a join that stands: at admission, at each grant, at redemption.
  package init(
    of join: Join, in meeting: Meeting, factors: Int, notices: [NoticeAnswer], isBarred: Bool, now: Instant
  ) {
    self.init(
      now: now, meeting: meeting, joinerClass: join.joinerClass, factors: factors, client: join.clientKind,
      name: join.confusableWith.map(NameShown.alike) ?? .good, notices: notices, isBarred: isBarred,
      wasTurnedBack: join.wasSentBack, waitingCeiling: .max, standing: join)
  }

  /// Of the policy's notices, those that the joiner has yet to be shown, or to agree to.
  package var openNotices: [Notice] {
    guard let meeting, !joinerClass.isHosting else { return [] }
    return meeting.policy.notices.filter { notice in !notices.contains { $0.satisfies(notice) } }
  }

  /// Of these, those that hold it back. One that asks for no consent is shown with the first answer, and by that
  /// before any grant is used.
  package var missingConsents: [Notice] { openNotices.filter(\.consent) }

  /// It has its seat, or its seat is kept.
  var isInside: Bool { standing?.state.isInside ?? false }
}

/// What stands behind a join, by the contract's section 6.
package enum Proof: Hashable, Sendable {
  /// The record says host or cohost, the account is invited, or is a member where the meeting is open to members.
  case account
  /// The code of an invite.
  case invite
  case passcode
  /// Neither account nor passcode is asked for.
  case notNeeded
  /// Nothing is compared any more: any well-formed passcode waits, marked.
  case unproven
  case nothingShown
  case wrong

  package var stands: Bool {
    switch self {
    case .account, .invite, .passcode, .notNeeded, .unproven: true
    case .nothingShown, .wrong: false
    }
  }

  /// Whether a secret that was shown here had a part in it. Nobody guesses an invite's 128 bits; but where the
  /// budget is spent nothing is compared any more, or the answer would tell which of the things shown was right.
  var isShown: Bool {
    switch self {
    case .account, .notNeeded: false
    case .invite, .passcode, .unproven, .nothingShown, .wrong: true
    }
  }
}

extension AdmissionFacts {
  /// Nothing but the passcode, an invite's code, or nothing at all, speaks for a joiner who may be somebody that was
  /// barred.
  package var isSuspect: Bool {
    if isInviteSuspect { return true }
    guard let meeting, meeting.passcodeIsSuspect, joinerClass == .guest else { return false }
    return proof == .passcode || proof == .notNeeded
  }

  /// The proof that these facts hold. For a meeting that does not exist it is what a wrong guess would
  /// be, so that an outsider gets the same answer.
  package var proof: Proof {
    if joinerClass.isHosting || standing != nil { return .account }
    guard let meeting else { return unmatched }
    let policy = meeting.policy
    let isInvited = joinerClass == .invitee || (joinerClass == .member && policy.openTo != .invited)
    if isInvited && !asksPasscode(policy) {
      return joinerClass == .invitee && invite.invite?.account == nil ? .invite : .account
    }
    if policy.openTo == .link && policy.passcode == .off { return .notNeeded }
    guard let digest = meeting.passcodeDigest else { return unmatched }
    if case .digest(let shown) = passcode {
      if meeting.passcodeMustRotate { return .unproven }
      return digest.equalsInConstantTime(shown) ? .passcode : .wrong
    }
    return unmatched
  }

  func asksPasscode(_ policy: MeetingPolicy) -> Bool {
    policy.passcode == .everyone || (policy.passcode == .guests && joinerClass == .guest)
  }

  /// What secrets that open nothing prove.
  private var unmatched: Proof {
    switch (passcode, invite) {
    case (.nothing, .nothing): .nothingShown
    // Who is invited and has yet to show the passcode has guessed nothing.
    case (.nothing, .good): .nothingShown
    case (.malformed, _), (.digest, _), (.nothing, .wrong): .wrong
    }
  }
}
