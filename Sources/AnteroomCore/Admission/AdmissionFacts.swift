/// What a joiner showed of the passcode.
package enum PasscodeShown: Hashable, Sendable {
  case nothing
  /// Not even the shape of a passcode.
  case malformed
  /// Its keyed digest, made for the meeting id as it was given.
  case digest(Digest)
}

/// Everything that a join is decided by, loaded in the transaction that records the decision.
package struct AdmissionFacts: Sendable {
  /// Nil when no meeting has this id.
  package var meeting: Meeting?
  package var joinerClass: JoinerClass
  package var passcode: PasscodeShown
  package var throttle: AttemptBudget.Verdict
  /// The account, or the chain of tickets that was shown, is barred from this occurrence.
  package var isBarred: Bool
  /// The account, or the chain of tickets, was sent back or denied in this occurrence.
  package var wasTurnedBack: Bool
  /// How many may wait in one meeting.
  package var waitingCeiling: Int

  package init(
    meeting: Meeting?, joinerClass: JoinerClass, passcode: PasscodeShown, throttle: AttemptBudget.Verdict,
    isBarred: Bool = false, wasTurnedBack: Bool = false, waitingCeiling: Int
  ) {
    self.meeting = meeting
    self.joinerClass = joinerClass
    self.passcode = passcode
    self.throttle = throttle
    self.isBarred = isBarred
    self.wasTurnedBack = wasTurnedBack
    self.waitingCeiling = waitingCeiling
  }
}

/// What stands behind a join, by the contract's section 6.
package enum Proof: Hashable, Sendable {
  /// The record says host or cohost, the joiner is invited, or is a member where the meeting is open to members.
  case account
  case passcode
  /// Neither account nor passcode is asked for.
  case notNeeded
  /// Nothing is compared any more: any well-formed passcode waits, marked.
  case unproven
  case nothingShown
  case wrong

  package var stands: Bool {
    switch self {
    case .account, .passcode, .notNeeded, .unproven: true
    case .nothingShown, .wrong: false
    }
  }
}

extension AdmissionFacts {
  /// Nothing but the passcode, or nothing at all, speaks for a joiner who may be somebody that was barred.
  package var isSuspect: Bool {
    guard let meeting, meeting.passcodeIsSuspect, joinerClass == .guest else { return false }
    return proof == .passcode || proof == .notNeeded
  }

  /// The proof that these facts hold. For a meeting that does not exist it is what a wrong guess would
  /// be, so that an outsider gets the same answer.
  package var proof: Proof {
    if joinerClass.isHosting { return .account }
    guard let meeting else { return unmatched }
    let policy = meeting.policy
    let isInvited = joinerClass == .invitee || (joinerClass == .member && policy.openTo != .invited)
    let passcodeAsked = policy.passcode == .everyone || (policy.passcode == .guests && joinerClass == .guest)
    if isInvited && !passcodeAsked { return .account }
    if policy.openTo == .link && policy.passcode == .off { return .notNeeded }
    guard let digest = meeting.passcodeDigest else { return unmatched }
    if case .digest(let shown) = passcode {
      if meeting.passcodeMustRotate { return .unproven }
      return digest.equalsInConstantTime(shown) ? .passcode : .wrong
    }
    return unmatched
  }

  /// What a passcode that opens nothing proves.
  private var unmatched: Proof {
    switch passcode {
    case .nothing: .nothingShown
    case .malformed, .digest: .wrong
    }
  }
}
