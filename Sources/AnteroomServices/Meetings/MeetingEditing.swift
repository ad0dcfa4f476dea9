package import AnteroomCore

/// What a change says of one field.
package enum FieldChange<Value: Sendable & Hashable>: Hashable, Sendable {
  case keep, clear
  case set(Value)

  func applied(to old: Value?) -> Value? {
    switch self {
    case .keep: old
    case .clear: nil
    case .set(let value): value
    }
  }
}

/// What a change says of a meeting; what it does not name stays.
package struct MeetingEdit: Sendable {
  package var title: FieldChange<String>
  /// Nil takes a setting back to what the levels above say.
  package var policy: [PolicySetting: PolicyValue?]
  package var opensAt: FieldChange<Instant>
  package var closesAt: FieldChange<Instant>
  package var cohosts: [AccountID]?
  package var host: AccountID?
  package var unprotectedReason: String?
  package var ifVersion: ExpectedVersion

  package init(
    title: FieldChange<String>, policy: [PolicySetting: PolicyValue?], opensAt: FieldChange<Instant>,
    closesAt: FieldChange<Instant>, cohosts: [AccountID]?, host: AccountID?, unprotectedReason: String?,
    ifVersion: ExpectedVersion
  ) {
    self.title = title
    self.policy = policy
    self.opensAt = opensAt
    self.closesAt = closesAt
    self.cohosts = cohosts
    self.host = host
    self.unprotectedReason = unprotectedReason
    self.ifVersion = ifVersion
  }
}

package enum MeetingEditResult: Sendable {
  case changed(ChangedMeeting)
  case refused(MeetingRefusal)
}

extension HostControlService {
  /// Changes a meeting's record, and does in the same transaction what follows from it.
  package func edit(
    _ id: MeetingID, _ edit: MeetingEdit, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<MeetingEditResult> {
    let made = try await passcodeToBe(of: id)
    return try await ports.store.write { tx throws(StorageFault) -> HostAnswer<MeetingEditResult> in
      let answer = try steward(of: id, act: "change", to: .steer, ifVersion: edit.ifVersion, caller: caller, in: tx)
      guard case .done(let steward) = answer else { return try answer.refused() }
      let old = steward.meeting
      if old.state == .ended && old.kind == .once { return .impossible(.ended) }
      // Who hosts is the host's to say; giving the meeting away as well as taking its hosts off.
      if (edit.host.map { $0 != old.host } ?? false) && !steward.owns { return .notHost }
      if let cohosts = edit.cohosts, Set(cohosts) != Set(old.cohosts), !steward.owns { return .notHost }
      if steward.right == .scheduler && edit.unprotectedReason != nil { return .sessionRequired }
      let new: Meeting
      switch try HostControlService.judged(edit, of: old, in: tx) {
      case .refused(let refusal): return .done(.refused(refusal))
      case .judged(let meeting): new = meeting
      }
      if old.state == .ended, new.isAhead(of: tx.now), try tx.isExternalTaken(new) { return .impossible(.external) }
      if steward.right == .scheduler, let broken = old.effective.loosened(by: new.policy, profile: old.profile) {
        return .done(.refused(.policyFloor(broken)))
      }
      // An occurrence that begins is not locked: a time to come must not unlock what the last one was.
      let unlocks = old.state == .ended && old.locked && new.isAhead(of: tx.now)
      if new.opensUp(old) || unlocks, try !tx.hasSteppedUp(caller, in: old) { return .reauthenticationRequired }
      // A front end moves a meeting; that it opens now, and whom that lets in, is a host's word.
      let opensNow = old.state == .scheduled && new.opensAt != old.opensAt && !new.isAhead(of: tx.now)
      if steward.right == .scheduler && opensNow { return .sessionRequired }
      let cause = Cause(steward.actor, caller.request)
      return .done(.changed(try tx.put(new, over: old, edit.unprotectedReason, made, cause)))
    }
  }

  private enum Judged: Sendable {
    case judged(Meeting)
    case refused(MeetingRefusal)
  }

  /// The meeting as it would be, or what is wrong with it.
  private static func judged(
    _ edit: MeetingEdit, of old: Meeting, in tx: any Transaction
  ) throws(StorageFault) -> Judged {
    var new = old
    new.title = edit.title.applied(to: old.title)
    new.opensAt = edit.opensAt.applied(to: old.opensAt)
    new.closesAt = edit.closesAt.applied(to: old.closesAt)
    if edit.opensAt != .keep || edit.closesAt != .keep, let closes = new.closesAt, closes <= new.opensAt ?? tx.now {
      return .refused(.closesBeforeOpening)
    }
    for (setting, value) in edit.policy { new.own[setting] = value.map { setting.given($0, over: old.own[setting]) } }
    new.host = edit.host ?? old.host
    new.cohosts = (edit.cohosts ?? old.cohosts).filter { $0 != new.host }
    for cohost in new.cohosts where !old.cohosts.contains(cohost) {
      guard let account = try tx.account(cohost), !account.disabled else { return .refused(.cohostUnknown) }
    }
    guard let host = try tx.account(new.host), new.host == old.host || (!host.disabled && host.isHost) else {
      return .refused(.hostUnknown)
    }
    let isHandedOver = new.host != old.host
    guard isHandedOver || !edit.policy.isEmpty else { return .judged(new) }
    let asked = isHandedOver ? nil : Set(edit.policy.keys)
    // One that stood open already was explained when it was opened up.
    let reason = edit.unprotectedReason ?? (old.policy.isProtected ? nil : "")
    if let refusal = tx.judge(&new, profile: old.profile, host: host, unprotected: reason, asked: asked) {
      return .refused(refusal)
    }
    return .judged(new)
  }
}

extension Meeting {
  /// Whether it lets in more than it did, or more people decide who is let in.
  fileprivate func opensUp(_ old: Meeting) -> Bool {
    host != old.host || cohosts.contains { !old.cohosts.contains($0) }
      || old.policy.changes(to: policy).contains(where: \.isLooser)
  }

  /// What the audit says of a change: names and values of settings, never a text.
  fileprivate func changes(from old: Meeting) -> [(key: String, value: String)] {
    var detail: [(key: String, value: String)] = []
    if title != old.title { detail.append(("title", title == nil ? "cleared" : "changed")) }
    if opensAt != old.opensAt { detail.append(("opens_at.moved", Meeting.moved(old.opensAt, opensAt))) }
    if closesAt != old.closesAt { detail.append(("closes_at.moved", Meeting.moved(old.closesAt, closesAt))) }
    if host != old.host { detail.append(("host", old.host.text + " -> " + host.text)) }
    let added = cohosts.filter { !old.cohosts.contains($0) }.map(\.text)
    let removed = old.cohosts.filter { !cohosts.contains($0) }.map(\.text)
    if !added.isEmpty { detail.append(("cohosts.added", added.joined(separator: " "))) }
    if !removed.isEmpty { detail.append(("cohosts.removed", removed.joined(separator: " "))) }
    for change in old.policy.changes(to: policy) {
      detail.append(("policy." + change.setting.rawValue, change.shown))
    }
    return detail
  }
}

extension Meeting {
  fileprivate static func moved(_ old: Instant?, _ new: Instant?) -> String {
    (old?.description ?? "none") + " -> " + (new?.description ?? "none")
  }

  /// What runs by the clock under the policy that was runs by the one that is.
  fileprivate mutating func resetClocks(from old: Meeting, at now: Instant) {
    if policy.autoLock != old.policy.autoLock, !isAutoLockOver || policy.autoLock == nil {
      let isUsed = tally.seatsTaken > 0 || autoLockDue != nil
      autoLockDue = isUsed ? policy.autoLock.map { now.adding(seconds: $0) } : nil
    }
    if policy.hostAbsence != old.policy.hostAbsence, hostAbsenceDue != nil {
      hostAbsenceDue = policy.hostAbsence.seconds.map { now.adding(seconds: $0) }
    }
  }
}

extension Transaction {
  /// Writes a meeting over what it was, and does what follows: for its passcode, its hosts, its opening, and those
  /// who were let in.
  fileprivate func put(
    _ new: Meeting, over old: Meeting, _ unprotectedReason: String?, _ made: Passcodes.Made, _ cause: Cause
  ) throws(StorageFault) -> ChangedMeeting {
    var meeting = new
    var passcode: String?
    let isUnprotected = old.policy.isProtected && !new.policy.isProtected
    if new == old {
      return ChangedMeeting(shown: ShownMeeting(meeting: old, host: try account(old.host)), passcode: nil)
    }
    meeting.version += 1
    meeting.resetClocks(from: old, at: now)
    // What was spent is spent until the passcode is another, also under a higher limit.
    if old.passcodeMustRotate {
      meeting.passcodeFailures = max(meeting.passcodeFailures, meeting.policy.passcodeFailures)
    }
    if meeting.policy.passcode != .off && meeting.passcodeDigest == nil {
      meeting.adopt(made)
      passcode = made.text
    } else if meeting.policy.passcode == .off {
      meeting.dropPasscode()
    }
    try updateRecord(of: meeting)
    if meeting.passcodeDigest != old.passcodeDigest { try updatePasscode(of: meeting) }
    var detail = new.changes(from: old)
    if passcode != nil { detail.append(("passcode", "made")) }
    if isUnprotected { detail.append(("unprotected", "true")) }
    try append(
      AuditEntry(
        .meetingChanged, by: cause.actor, subject: meeting.id.text, request: cause.request, detail: detail,
        personal: isUnprotected ? [("unprotected_reason", unprotectedReason ?? "")] : [],
        salt: isUnprotected ? try auditSalt(of: meeting.host.text) : nil))
    if passcode != nil && meeting.state != .ended {
      // A passcode where there was none is as good as another one: who came without it is looked at.
      try raiseEpoch(of: &meeting, by: cause.actor)
      try markWaiting(in: &meeting, membersToo: meeting.policy.passcode == .everyone)
      try emit(
        Event(.meetingPasscodeRotated, meeting: meeting.id, join: nil, epoch: meeting.epoch, by: cause.actor.text))
    }
    let isAskedOfMore = PolicySetting.passcode.shape.isLooser(
      .word(old.policy.passcode.rawValue), than: .word(new.policy.passcode.rawValue))
    if passcode == nil && isAskedOfMore && meeting.state != .ended {
      // Who stands in line was not asked for it.
      try markWaiting(in: &meeting, membersToo: meeting.policy.passcode == .everyone)
    }
    let hosts = Set([old.host, new.host] + old.cohosts + new.cohosts)
    let changed = hosts.filter { old.role(of: $0) != new.role(of: $0) }.sorted { $0.text < $1.text }
    if !changed.isEmpty { try rehost(changed, in: &meeting, cause) }
    if new.opensAt != old.opensAt, let text = try reschedule(&meeting, made, cause) { passcode = text }
    let isDecidedAnew = !changed.isEmpty || new.policy != old.policy
    if isDecidedAnew && meeting.state != .ended { try applyStricterPolicy(to: &meeting, cause) }
    // Whoever watches is asked anew by what right.
    wake(.meeting(meeting.id))
    return ChangedMeeting(
      shown: ShownMeeting(meeting: meeting, host: try account(meeting.host)), passcode: passcode,
      isUnprotected: isUnprotected)
  }

  /// The opening was moved. What is scheduled opens where its time is past or gone; what is open and empty is
  /// scheduled again by a time to come; and a series that has ended begins its next occurrence with that, so that
  /// whoever comes early is of it. The passcode of that occurrence, where it has one of its own.
  private func reschedule(
    _ meeting: inout Meeting, _ made: Passcodes.Made, _ cause: Cause
  ) throws(StorageFault) -> String? {
    switch (meeting.state, meeting.isAhead(of: now)) {
    case (.scheduled, false): try open(&meeting, cause)
    case (.open, true) where !meeting.isOccupied:
      meeting.state = .scheduled
      try update(meeting)
    case (.ended, true) where meeting.kind == .series:
      return try beginOccurrence(of: &meeting, as: .scheduled, made, cause)
    case (.scheduled, true), (.open, _), (.ended, _): break
    }
    return nil
  }
}

extension PolicySetting {
  /// What a change says in place of what the meeting said: where a value has parts, those that are named.
  fileprivate func given(_ value: PolicyValue, over old: PolicyValue?) -> PolicyValue {
    guard case .publish = value, let old else { return value }
    return shape.overlaid(value, on: old)
  }
}

extension Meeting {
  /// Whether it has a time to open that is still to come.
  fileprivate func isAhead(of now: Instant) -> Bool { opensAt.map { $0 > now } ?? false }

  fileprivate func role(of account: AccountID) -> JoinRole? {
    if host == account { return .host }
    return cohosts.contains(account) ? .cohost : nil
  }
}
