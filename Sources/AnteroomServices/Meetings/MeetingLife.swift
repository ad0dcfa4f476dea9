package import AnteroomCore

/// A meeting as it is now, with the passcode where it has just got one.
package struct ChangedMeeting: Sendable {
  package let shown: ShownMeeting
  /// Shown once.
  package let passcode: String?
  /// It stands open by this change.
  package var isUnprotected = false
}

extension HostControlService {
  /// Opens what is scheduled; begins the next occurrence of a series that has ended. What is open is open.
  package func open(_ id: MeetingID, ifVersion: ExpectedVersion, caller: Caller) async throws(StorageFault)
    -> HostAnswer<ChangedMeeting>
  {
    let made = try await passcodeToBe(of: id)
    return try await ports.store.write { tx throws(StorageFault) in
      let answer = try steward(of: id, act: "open", to: .steer, ifVersion: ifVersion, caller: caller, in: tx)
      guard case .done(let steward) = answer else { return try answer.refused() }
      var meeting = steward.meeting
      let cause = Cause(steward.actor, caller.request)
      var passcode: String?
      switch (meeting.state, meeting.kind) {
      case (.open, _): break
      case (.scheduled, _): try tx.open(&meeting, cause)
      case (.ended, .once): return .impossible(.ended)
      case (.ended, .series):
        if try tx.isExternalTaken(meeting) { return .impossible(.external) }
        // The next occurrence is not locked: whoever may not unlock does not get there by ending and opening.
        if meeting.locked, try !tx.hasSteppedUp(caller, in: meeting) { return .reauthenticationRequired }
        passcode = try tx.beginOccurrence(of: &meeting, as: .open, made, cause)
      }
      return .done(
        ChangedMeeting(
          shown: ShownMeeting(meeting: meeting, host: try tx.account(meeting.host)), passcode: passcode))
    }
  }

  package func end(_ id: MeetingID, ifVersion: ExpectedVersion, caller: Caller) async throws(StorageFault)
    -> HostAnswer<ShownMeeting>
  {
    try await ports.store.write { tx throws(StorageFault) in
      let answer = try steward(of: id, act: "end", to: .protect, ifVersion: ifVersion, caller: caller, in: tx)
      guard case .done(let steward) = answer else { return try answer.refused() }
      var meeting = steward.meeting
      try tx.end(&meeting, Cause(steward.actor, caller.request))
      return .done(ShownMeeting(meeting: meeting, host: try tx.account(meeting.host)))
    }
  }

  /// Ends a meeting and forgets what is held of it. From then on it is to everybody as one that never was, but for
  /// its id, which stays taken. That it ended, and whom a front end has to put out, is still told.
  package func delete(_ id: MeetingID, ifVersion: ExpectedVersion, caller: Caller) async throws(StorageFault)
    -> HostAnswer<Void>
  {
    try await ports.store.write { tx throws(StorageFault) -> HostAnswer<Void> in
      let answer = try steward(of: id, act: "delete", to: .steer, ifVersion: ifVersion, caller: caller, in: tx)
      guard case .done(let steward) = answer else { return try answer.refused() }
      // Others may end it; what cannot be taken back is the owner's.
      if !steward.owns { return .notHost }
      var meeting = steward.meeting
      try tx.end(&meeting, Cause(steward.actor, caller.request))
      try tx.append(
        AuditEntry(.meetingDeleted, by: steward.actor, subject: id.text, request: caller.request))
      try tx.forget(id)
      tx.wake(.meeting(id))
      return .done(())
    }
  }

  /// A passcode in case the meeting needs one, made before the transaction: nothing secret is made in it.
  func passcodeToBe(of id: MeetingID) async throws(StorageFault) -> Passcodes.Made {
    let kind = try await ports.store.read { snapshot throws(StorageFault) in try snapshot.meeting(id)?.passcodeKind }
    return ports.passcodes.generate(kind ?? .characters, for: id)
  }
}

extension HostAnswer {
  /// The same refusal of something else.
  func refused<Other>() throws(StorageFault) -> HostAnswer<Other> {
    try map { (_) throws(StorageFault) -> Other in preconditionFailure("what was done is no refusal") }
  }
}

extension Snapshot {
  /// Whether somebody else's room goes by the meeting's foreign name since it ended.
  func isExternalTaken(_ meeting: Meeting) throws(StorageFault) -> Bool {
    guard let external = meeting.external else { return false }
    return try isExternalTaken(external, frontEnd: meeting.frontEnd, except: meeting.id)
  }
}

extension Transaction {
  /// The next occurrence of a series: a new epoch above all before, nobody in it, unlocked. Denials and what was for
  /// one occurrence are that one's; bars without an end, invites and the policy live on. The passcode, its failures
  /// and the mark that somebody barred knows it live on too, unless the policy gives each occurrence its own: then
  /// that is what is answered, this once.
  func beginOccurrence(
    of meeting: inout Meeting, as state: MeetingState, _ passcode: Passcodes.Made, _ cause: Cause
  ) throws(StorageFault) -> String? {
    precondition(meeting.state == .ended && meeting.kind == .series && state != .ended)
    meeting.state = .scheduled
    meeting.occurrence += 1
    meeting.locked = false
    meeting.tally = .empty
    meeting.autoLockDue = nil
    meeting.hostAbsenceDue = nil
    meeting.burst = .none
    meeting.version += 1
    // The times were the last occurrence's.
    if let opens = meeting.opensAt, opens <= now { meeting.opensAt = nil }
    if let closes = meeting.closesAt, closes <= now { meeting.closesAt = nil }
    try raiseEpoch(of: &meeting, by: cause.actor)
    // One that is asked for by now and was never made is made here too.
    let isOwn = meeting.policy.passcodeRotation == .occurrence || meeting.passcodeDigest == nil
    let isRotated = meeting.policy.passcode != .off && isOwn
    if isRotated {
      meeting.adopt(passcode)
      try updatePasscode(of: meeting)
      try announce(
        .meetingPasscodeRotated, meeting, audited: .passcodeRotated, cause,
        detail: [("kind", passcode.kind.rawValue), ("epoch", String(meeting.epoch)), ("by", "occurrence")])
    }
    try updateRecord(of: meeting)
    if state == .open { try open(&meeting, cause) }
    return isRotated ? passcode.text : nil
  }
}
