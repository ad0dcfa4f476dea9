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
