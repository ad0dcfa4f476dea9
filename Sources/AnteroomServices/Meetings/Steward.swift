import AnteroomCore

/// By what right somebody changes a meeting's record, begins it or ends it. A ticket gives none.
struct Steward: Sendable {
  enum Right: Hashable, Sendable {
    /// The session of the host, or of a cohost.
    case host, cohost
    case `operator`
    /// A front end that the host lets schedule: it shows no session, and loosens nothing.
    case scheduler
  }

  let right: Right
  var meeting: Meeting
  let actor: AuditActor

  /// Whose it is to give a meeting to somebody else, or to have it forgotten.
  var owns: Bool { right == .host || right == .operator }
}

extension Snapshot {
  /// Whether the caller, showing no session, may make and change meetings of an account.
  func mayScheduleFor(_ account: AccountID, _ caller: Caller) throws(StorageFault) -> Bool {
    guard caller.bearer == nil, !caller.actsAsOperator, caller.frontEnd.permissions.contains(.schedule),
      let host = try self.account(account), !host.disabled, host.isHost
    else { return false }
    return try isDelegate(caller.frontEnd.name, of: account)
  }
}

extension HostControlService {
  /// The right to an act on a meeting, asked in the act's own transaction, with what the clock has done meanwhile
  /// done.
  func steward(
    of id: MeetingID, act: String, to effect: ActEffect, ifVersion: ExpectedVersion, caller: Caller,
    in tx: any Transaction
  ) throws(StorageFault) -> HostAnswer<Steward> {
    try tx.endDueJoins()
    let steward: Steward
    if caller.bearer == nil {
      guard let meeting = try tx.meeting(id) else {
        if caller.actsAsOperator { return .noSuchMeeting }
        return try refuse(.none(caller.actor), act, id, caller, tx)
      }
      var isAllowed = caller.actsAsOperator
      if !isAllowed { isAllowed = try tx.mayScheduleFor(meeting.host, caller) }
      if !isAllowed { return try refuse(.none(caller.actor), act, id, caller, tx) }
      steward = Steward(
        right: caller.actsAsOperator ? .operator : .scheduler, meeting: meeting, actor: caller.actor)
    } else {
      let authority = try tx.authority(over: id, to: effect, caller: caller)
      switch authority {
      case .invalidToken, .secondFactorRequired, .none: return try refuse(authority, act, id, caller, tx)
      case .ticket: return .sessionRequired
      case .session(let account, let meeting):
        steward = Steward(
          right: meeting.host == account ? .host : .cohost, meeting: meeting, actor: .account(account))
      }
    }
    var settled = steward
    if !ifVersion.allows(settled.meeting.version) { return .stale }
    try tx.settle(&settled.meeting)
    return .done(settled)
  }

  private func refuse<Value: Sendable>(
    _ authority: MeetingAuthority, _ act: String, _ id: MeetingID, _ caller: Caller, _ tx: any Transaction
  ) throws(StorageFault) -> HostAnswer<Value> {
    try refuse(authority, act: act, on: id, caller: caller, in: tx)
  }
}
