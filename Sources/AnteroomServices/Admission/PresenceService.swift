package import AnteroomCore

package enum PresenceResult: Sendable {
  case join(Join, Meeting)
  /// No such join, or one that another front end answers for: alike.
  case unknown
  /// It may not be in, or cannot have left: put the person out where it is in.
  case impossible(JoinState)
}

/// What front ends report of who is really there, where a media server checks grants by itself.
package struct PresenceService: Sendable {
  let ports: AdmissionPorts

  package init(ports: AdmissionPorts) {
    self.ports = ports
  }

  /// Somebody is in.
  package func present(_ id: JoinID, caller: Caller) async throws(StorageFault) -> PresenceResult {
    try await report(id, caller) { tx, join, meeting, cause throws(StorageFault) in
      guard try tx.mayBeIn(join, meeting) else { return false }
      if join.state != .present { try tx.enter(&join, in: &meeting, cause) }
      return true
    }
  }

  /// Somebody's connection is gone: the seat is kept for a while. Who leaves by its own will says so with
  /// its ticket.
  package func left(_ id: JoinID, caller: Caller) async throws(StorageFault) -> PresenceResult {
    try await report(id, caller) { tx, join, meeting, cause throws(StorageFault) in
      if join.state == .left { return true }
      guard join.state == .present else { return false }
      try tx.drop(&join, in: &meeting, cause)
      return true
    }
  }

  private func report(
    _ id: JoinID, _ caller: Caller,
    _ body: @escaping @Sendable (any Transaction, inout Join, inout Meeting, Cause) throws(StorageFault) -> Bool
  ) async throws(StorageFault) -> PresenceResult {
    try await ports.store.write { tx throws(StorageFault) -> PresenceResult in
      try tx.endDueJoins()
      guard let stored = try tx.join(id), caller.frontEnd.audiences.contains(stored.join.audience),
        var meeting = try tx.meeting(stored.join.meeting), stored.join.occurrence == meeting.occurrence
      else { return .unknown }
      var join = stored.join
      let cause = Cause(.frontEnd(caller.frontEnd.name), caller.request)
      return try body(tx, &join, &meeting, cause) ? .join(join, meeting) : .impossible(join.state)
    }
  }

  /// The whole truth of who is in through this front end, after it may have missed something: whoever is not
  /// named is gone. Answers whom it has to put out. A meeting that does not exist has only such.
  package func roster(_ ids: [JoinID], in meeting: MeetingID?, caller: Caller) async throws(StorageFault) -> [JoinID] {
    try await ports.store.write { tx throws(StorageFault) -> [JoinID] in
      try tx.endDueJoins()
      guard let id = meeting, var meeting = try tx.meeting(id) else { return ids }
      let cause = Cause(.frontEnd(caller.frontEnd.name), caller.request, detail: [("by", "roster")])
      let named = Set(ids)
      try tx.each(.present, in: &meeting) { join, meeting throws(StorageFault) in
        guard caller.frontEnd.audiences.contains(join.audience), !named.contains(join.id) else { return }
        try tx.drop(&join, in: &meeting, cause)
      }
      var barred: [JoinID] = []
      for joinID in ids {
        guard let stored = try tx.join(joinID), stored.join.meeting == id,
          caller.frontEnd.audiences.contains(stored.join.audience), stored.join.occurrence == meeting.occurrence,
          try tx.mayBeIn(stored.join, meeting)
        else {
          barred.append(joinID)
          continue
        }
        var join = stored.join
        if join.state != .present { try tx.enter(&join, in: &meeting, cause) }
      }
      return barred
    }
  }
}

extension Snapshot {
  /// Whoever is in stays in until told otherwise; who comes in, or back, does so by a session that still stands.
  fileprivate func mayBeIn(_ join: Join, _ meeting: Meeting) throws(StorageFault) -> Bool {
    guard meeting.state != .ended, join.mayHaveGrant else { return false }
    if join.state == .present { return true }
    guard try isBacked(join) else { return false }
    return try entitlement(of: join, in: meeting) == .grant
  }
}

extension Transaction {
  /// An admitted join comes in, or one that was dropped comes back to its seat.
  func enter(_ join: inout Join, in meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    let name: EventName = join.state == .left ? .joinRejoined : .joinPresent
    try move(&join, to: .present, in: &meeting, until: nil, as: name, cause)
  }

  /// A join's connection is gone. Its seat and the right to come back to it last for a while from now; whose invite
  /// was revoked meanwhile stayed, and does not come back.
  func drop(_ join: inout Join, in meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    let isRevoked = if let id = join.invite { try invite(id) == nil } else { false }
    let seconds = isRevoked ? 0 : meeting.policy.rejoinSeconds
    try move(
      &join, to: .left, in: &meeting,
      until: now.adding(seconds: seconds > 0 ? seconds : meeting.policy.ticketSeconds), mayRejoin: seconds > 0,
      as: .joinLeft, cause)
  }
}
