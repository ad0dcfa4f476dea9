import AnteroomCore

/// What a joiner may ask and do with its ticket: look, wait, withdraw, leave.
package struct OwnJoinService: Sendable {
  let ports: AdmissionPorts

  package init(ports: AdmissionPorts) {
    self.ports = ports
  }

  /// The join's state now or, while it waits and `seconds` last, when that has changed.
  package func show(seconds: Int, caller: Caller) async throws(StorageFault) -> OwnJoinResult {
    guard let bearer = caller.bearer, bearer.kind == .ticket else { return .invalidToken }
    let id = JoinID(known: JoinID.prefix + bearer.name)
    let deadline = ContinuousClock.now + .seconds(seconds)
    let subscription = ports.changed.subscribe([.join(id)])
    defer { ports.changed.unsubscribe(subscription) }
    var first: Join?
    while true {
      guard var found = try await look(caller) else { return .invalidToken }
      if let deadline = found.join.deadline, ports.clock.now() >= deadline {
        try await ports.store.write { tx throws(StorageFault) in try tx.endDueJoins() }
        guard let ended = try await look(caller) else { return .invalidToken }
        found = ended
      }
      let isNews = first.map { $0.state != found.join.state || $0.message != found.join.message } ?? false
      let left = deadline - ContinuousClock.now
      ports.sightings.saw(found.join, at: ports.clock.now(), seconds: seconds)
      if isNews || found.join.state != .waiting || left <= .zero || Task.isCancelled { return .join(found) }
      first = first ?? found.join
      _ = await subscription.wait(timeout: left)
    }
  }

  private typealias LiveJoin = ((join: Join, meeting: Meeting, session: Session?), Entitlement, [Notice])

  func look(_ caller: Caller) async throws(StorageFault) -> OwnJoin? {
    let found = try await ports.store.read { snapshot throws(StorageFault) in
      guard let own = try snapshot.liveOwnJoin(caller) else { return nil as LiveJoin? }
      return (
        own, try snapshot.entitlement(of: own.join, in: own.meeting),
        try snapshot.openNotices(of: own.join, in: own.meeting)
      )
    }
    guard let ((join, meeting, session), entitlement, notices) = found else { return nil }
    let grant =
      entitlement == .grant ? ports.grants.grant(for: join, in: meeting, session: session, at: ports.clock.now()) : nil
    return OwnJoin(join: join, meeting: meeting, grant: grant, notices: notices)
  }

  /// Gives up waiting.
  package func withdraw(caller: Caller) async throws(StorageFault) -> OwnJoinResult {
    try await become(.withdrawn, event: .joinWithdrawn, caller: caller)
  }

  /// Leaves a meeting that one is in; by one's own will, so without a way back.
  package func leave(caller: Caller) async throws(StorageFault) -> OwnJoinResult {
    try await become(.left, event: .joinLeft, caller: caller)
  }

  private func become(_ state: JoinState, event: EventName, caller: Caller) async throws(StorageFault) -> OwnJoinResult
  {
    return try await ports.store.write { tx throws(StorageFault) -> OwnJoinResult in
      try tx.endDueJoins()
      guard let stored = try tx.ownJoin(caller.bearer, caller: caller),
        var meeting = try tx.meeting(stored.join.meeting)
      else { return .invalidToken }
      var join = stored.join
      if join.state == state {
        // Who was dropped and now leaves by itself does not come back.
        if join.mayRejoin { try tx.forfeit(&join, in: &meeting, Cause(.join(join.id), caller.request)) }
        return .join(OwnJoin(join: join, meeting: meeting, grant: nil))
      }
      guard join.state.mayBecome(state) else { return .impossible(join.state) }
      try tx.move(
        &join, to: state, in: &meeting, until: tx.now.adding(seconds: meeting.policy.ticketSeconds), as: event,
        Cause(.join(join.id), caller.request))
      return .join(OwnJoin(join: join, meeting: meeting, grant: nil))
    }
  }
}

extension Snapshot {
  /// The caller's own join for as long as its ticket says anything, with its meeting and the session that it was
  /// made with.
  func liveOwnJoin(
    _ caller: Caller
  ) throws(StorageFault) -> (join: Join, meeting: Meeting, session: Session?)? {
    guard let join = try ownJoin(caller.bearer, caller: caller)?.join,
      join.isTicketAlive(at: now), let meeting = try meeting(join.meeting)
    else { return nil }
    var session: Session?
    if let id = join.session { session = try self.session(id)?.session }
    return (join, meeting, session)
  }
}

extension Join {
  /// A ticket that is over says so for a while, so that whoever slept through it learns what became of
  /// the join.
  fileprivate func isTicketAlive(at now: Instant) -> Bool { !isOver || (deadline.map { now < $0 } ?? false) }
}
