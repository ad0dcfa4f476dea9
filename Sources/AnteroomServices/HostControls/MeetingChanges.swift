import AnteroomCore

// What happens to a whole meeting, by whoever's hand: a host's, or the policy's when the hosts are gone.

extension Transaction {
  /// Nobody new comes in by itself; whoever is inside stays. Joins that were admitted and have not come in
  /// yet go back, as the policy says.
  func lock(_ meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    guard !meeting.locked else { return }
    meeting.locked = true
    meeting.isAutoLockOver = true
    meeting.version += 1
    try raiseEpoch(of: &meeting, by: cause.actor)
    let until = now.adding(seconds: meeting.policy.ticketSeconds)
    let whenLocked = meeting.policy.whenLocked
    let why = Cause(cause.actor, cause.request, detail: [("by", "lock")])
    var sentBack = 0
    try each(.admitted, in: &meeting) { join, meeting throws(StorageFault) in
      guard !join.joinerClass.isHosting else { return }
      sentBack += 1
      switch whenLocked {
      case .wait:
        try move(
          &join, to: .waiting, in: &meeting, until: until, waitingFor: .admission, as: .joinSentBack, revoking: true,
          why)
      case .refuse:
        try move(&join, to: .denied, in: &meeting, until: until, as: .joinDenied, revoking: true, why)
      }
    }
    try announce(
      .meetingLocked, meeting, audited: .meetingLocked, cause,
      detail: [("epoch", String(meeting.epoch)), ("sent_back", String(sentBack))])
  }

  /// Begins: by the clock, a host's word, or a host's coming in.
  func open(_ meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    guard meeting.state == .scheduled else { return }
    meeting.state = .open
    meeting.version += 1
    try update(meeting)
    try announce(
      .meetingOpened, meeting, audited: .meetingOpened, cause,
      detail: [("occurrence", String(meeting.occurrence)), ("epoch", String(meeting.epoch))])
    try admitEarly(into: &meeting, cause)
  }

  /// A looser meeting. It decides nobody's waiting by itself.
  func unlock(_ meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    guard meeting.locked else { return }
    meeting.locked = false
    meeting.version += 1
    try update(meeting)
    try announce(.meetingUnlocked, meeting, audited: .meetingUnlocked, cause)
  }

  /// The panic button: everyone but the hosts goes back to waiting, and the meeting is locked.
  func suspend(_ meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    meeting.locked = true
    meeting.isAutoLockOver = true
    meeting.version += 1
    try raiseEpoch(of: &meeting, by: cause.actor)
    let until = now.adding(seconds: meeting.policy.ticketSeconds)
    let why = Cause(cause.actor, cause.request, detail: [("by", "suspend")])
    var sentBack = 0
    for state in [JoinState.admitted, .present, .left] {
      try each(state, in: &meeting) { join, meeting throws(StorageFault) in
        guard !join.joinerClass.isHosting else { return }
        if state == .left {
          if join.mayRejoin { try forfeit(&join, in: &meeting, revoking: true, why) }
          return
        }
        sentBack += 1
        join.wasSentBack = true
        try move(
          &join, to: .waiting, in: &meeting, until: until, waitingFor: .admission, as: .joinSentBack, revoking: true,
          why)
      }
    }
    try announce(
      .meetingSuspended, meeting, audited: .meetingSuspended, cause,
      detail: [("epoch", String(meeting.epoch)), ("sent_back", String(sentBack))])
  }

  /// Finishes the occurrence and every join and ticket in it.
  func end(_ meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    guard meeting.state != .ended else { return }
    meeting.state = .ended
    meeting.version += 1
    try raiseEpoch(of: &meeting, by: cause.actor)
    let over = now.adding(seconds: meeting.policy.ticketSeconds)
    let why = Cause(cause.actor, cause.request, detail: [("by", "end")])
    var joins = 0
    for state in [JoinState.waiting, .admitted, .present, .left] {
      try each(state, in: &meeting) { join, meeting throws(StorageFault) in
        if state == .left {
          if join.mayRejoin { try forfeit(&join, in: &meeting, revoking: true, why) }
          return
        }
        joins += 1
        let isInside = state == .present
        try move(
          &join, to: isInside ? .left : .expired, in: &meeting, until: over, as: isInside ? .joinLeft : .joinExpired,
          revoking: state != .waiting, why)
      }
    }
    meeting.hostAbsenceDue = nil
    meeting.autoLockDue = nil
    try update(meeting)
    try announce(
      .meetingEnded, meeting, audited: .meetingEnded, cause,
      detail: [("epoch", String(meeting.epoch)), ("joins", String(joins))])
  }

  /// Tells and records what has become of a meeting.
  func announce(
    _ name: EventName, _ meeting: Meeting, audited event: AuditEvent, _ cause: Cause,
    detail: [(key: String, value: String)] = []
  ) throws(StorageFault) {
    try emit(Event(name, meeting: meeting.id, join: nil, epoch: meeting.epoch, by: cause.actor.text))
    try append(
      AuditEntry(
        event, by: cause.actor, subject: meeting.id.text, request: cause.request, detail: detail + cause.detail))
  }

  /// What the policy has done when the last host was away for so long.
  func endHostAbsences() throws(StorageFault) {
    for var meeting in try dueHostAbsences(at: now, limit: 200) {
      // Done once: another absence begins when a host has been in again.
      meeting.hostAbsenceDue = nil
      try update(meeting)
      switch meeting.policy.hostAbsence {
      case .continue: break
      case .lockAfter: try lock(&meeting, .system("host_absence"))
      case .endAfter: try end(&meeting, .system("host_absence"))
      }
    }
  }
}
