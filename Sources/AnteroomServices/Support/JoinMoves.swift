import AnteroomCore

extension Transaction {
  /// Moves a join from one state to another and keeps the meeting's tally, both written here: the one
  /// place where a state changes.
  func move(
    _ join: inout Join, to state: JoinState, in meeting: inout Meeting, until deadline: Instant?,
    waitingFor: WaitingFor? = nil
  ) throws(StorageFault) {
    precondition(join.state.mayBecome(state), "\(join.state) does not become \(state)")
    // A join of an earlier occurrence is in no tally of this one.
    let isCounted = join.occurrence == meeting.occurrence
    if isCounted { meeting.tally.count(join.state, role: join.role, by: -1) }
    join.state = state
    join.deadline = deadline
    join.waitingFor = waitingFor
    join.waitingSince = state == .waiting ? now : nil
    if isCounted { meeting.tally.count(state, role: join.role, by: 1) }
    try update(join)
    try update(meeting)
  }
}

extension Transaction {
  /// Ends what is due now, so that a decision that depends on a seat or a ticket never finds one whose
  /// time is over. An admission that nobody took up gives its seat back and waits anew.
  func endDueJoins(notifying changed: Signal<JoinID>) throws(StorageFault) {
    while true {
      let due = try dueJoins(at: now, limit: 500)
      for stored in due { try end(stored.join, notifying: changed) }
      if due.count < 500 { return }
    }
  }

  private func end(_ due: Join, notifying changed: Signal<JoinID>) throws(StorageFault) {
    guard var meeting = try meeting(due.meeting) else { return }
    var join = due
    let until = now.adding(seconds: meeting.policy.ticketSeconds)
    switch join.state {
    case .waiting: try move(&join, to: .expired, in: &meeting, until: until)
    case .admitted: try move(&join, to: .waiting, in: &meeting, until: until, waitingFor: .admission)
    case .present, .left, .denied, .withdrawn, .expired, .removed:
      // Over already: its ticket now says nothing any more.
      join.deadline = nil
      return try update(join)
    }
    let event: AuditEvent = join.state == .expired ? .joinExpired : .joinWaiting
    try append(
      AuditEntry(
        event, by: .system, subject: join.id.text, request: nil,
        detail: [("meeting", meeting.id.text), ("by", "deadline")]))
    afterCommit { changed.fire(due.id) }
  }
}

extension Transaction {
  /// Ends what an account, or one session of it, has open in meetings: a ticket made with a session dies
  /// with it, and its seat is free. Whoever was inside loses the right to be: the epochs rise.
  func endJoins(
    of account: AccountID, session: SessionID? = nil, by actor: AuditActor, request: RequestID?,
    notifying changed: Signal<JoinID>
  ) throws(StorageFault) {
    for open in try openJoins(of: account, session: session) where session != nil || open.session != nil {
      guard var meeting = try meeting(open.meeting) else { continue }
      var join = open
      let next: JoinState = join.state == .present ? .left : .expired
      if join.state != .waiting { meeting.epoch += 1 }
      try move(&join, to: next, in: &meeting, until: now.adding(seconds: meeting.policy.ticketSeconds))
      try append(
        AuditEntry(
          next == .left ? .joinLeft : .joinExpired, by: actor, subject: join.id.text, request: request,
          detail: [("meeting", meeting.id.text), ("by", "session")]))
      let id = join.id
      afterCommit { changed.fire(id) }
    }
  }
}
