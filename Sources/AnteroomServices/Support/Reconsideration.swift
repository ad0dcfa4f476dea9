import AnteroomCore

// What somebody who waits was told to wait for has come: the gates are asked again, and whoever nothing keeps out
// any more is let in. A looser policy never decides anybody's waiting by itself.

extension Transaction {
  /// The first host is in, and with it whoever waited for one: as the policy says, and as the gates let.
  func welcomeHost(into meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    if meeting.state == .scheduled { try open(&meeting, cause) }
    let arrival = meeting.policy.hostArrival
    let why = Cause(cause.actor, cause.request, detail: [("by", "host_arrival")])
    try each(waitingFor: .host, in: &meeting) { join, meeting throws(StorageFault) in
      let isInvited = arrival == .admitAll || (arrival == .admitInvited && join.joinerClass == .invitee)
      try reconsider(&join, in: &meeting, mayComeIn: isInvited, why)
    }
  }

  /// The meeting opens: who came early goes on to what comes next.
  func admitEarly(into meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    let why = Cause(cause.actor, cause.request, detail: [("by", "opening")])
    try each(waitingFor: .opening, in: &meeting) { join, meeting throws(StorageFault) in
      try reconsider(&join, in: &meeting, mayComeIn: true, why)
    }
  }

  /// Seats that have come free go to those who waited longest for one.
  func giveSeats(in meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    let why = Cause(.system, cause.request, detail: [("by", "seat")])
    while meeting.state == .open, meeting.tally.waiting > 0, meeting.tally.seatsTaken < meeting.policy.capacity {
      guard var join = try firstForSeat(in: meeting.id, occurrence: meeting.occurrence) else { return }
      try reconsider(&join, in: &meeting, mayComeIn: true, why)
      // It is still the first: the seat is not to be had after all.
      if join.waitingFor == .seat { return }
    }
  }

  private func each(
    waitingFor reason: WaitingFor, in meeting: inout Meeting,
    _ body: (inout Join, inout Meeting) throws(StorageFault) -> Void
  ) throws(StorageFault) {
    var cursor: Int64?
    repeat {
      let page = try joins(
        waitingFor: reason, in: meeting.id, occurrence: meeting.occurrence, after: cursor, limit: 500)
      for var join in page.items { try body(&join, &meeting) }
      cursor = page.next
    } while cursor != nil
  }

  /// Asks the gates again about somebody who waits. Whoever an objection has come up against goes on waiting for a
  /// host, who sees it at admission.
  private func reconsider(
    _ join: inout Join, in meeting: inout Meeting, mayComeIn: Bool, _ cause: Cause
  ) throws(StorageFault) {
    let facts = try facts(of: join, in: meeting)
    let hasObjection = AdmissionPolicy.objection(to: facts) != nil
    let wait = hasObjection ? .admission : AdmissionPolicy.remainingWait(facts)
    if mayComeIn && wait == nil { return try admit(&join, in: &meeting, cause) }
    let next = mayComeIn ? wait ?? .admission : .admission
    guard next != join.waitingFor else { return }
    try change(&join, in: &meeting, as: .joinWaiting, cause) { $0.waitingFor = next }
  }

  /// What is due in a meeting by the clock, so that a decision never finds it undone.
  func settle(_ meeting: inout Meeting) throws(StorageFault) {
    guard meeting.isOpening(at: now) || meeting.isLockingItself(at: now) else { return }
    // Whose time is over is out before others are let in or sent back by it; that may change the meeting.
    try endDueJoins()
    meeting = try self.meeting(meeting.id) ?? meeting
    if meeting.isOpening(at: now) { try open(&meeting, .system("opens_at")) }
    if meeting.isLockingItself(at: now) { try lock(&meeting, .system("auto_lock")) }
  }

  /// Settles whatever meeting is due.
  func settleMeetings() throws(StorageFault) {
    for var meeting in try dueMeetings(at: now, limit: 200) { try settle(&meeting) }
  }

  /// A use that came to nothing is there again: it was withdrawn or ran out before anybody was let in.
  func giveBackInvite(of join: Join) throws(StorageFault) {
    guard !join.wasAdmitted, let id = join.invite, var invite = try invite(id), invite.used > 0 else { return }
    invite.used -= 1
    try update(invite)
  }
}
