package import AnteroomCore

package enum HostAnswer<Value: Sendable>: Sendable {
  case done(Value)
  case invalidToken
  case secondFactorRequired
  /// No right here, or no such meeting.
  case notHost
  /// The right to more than a ticket gives.
  case sessionRequired
  case noSuchJoin
  case impossible(JoinActObstacle)
  case stale
}

/// A join with the epoch that its meeting is at.
package struct HostedJoin: Sendable {
  package let join: Join
  package let epoch: Epoch
}

package struct HostedJoins: Sendable {
  package let joins: Page<Join>
  package let epoch: Epoch
}

/// What hosts see and do. Each act asks for the right to it in its own transaction.
package struct HostControlService: Sendable {
  let ports: AdmissionPorts

  package init(ports: AdmissionPorts) {
    self.ports = ports
  }

  /// The joins of the running occurrence in the order they knocked; never a ticket or an address.
  package func joins(
    of id: MeetingID, states: [JoinState], after cursor: Int64?, limit: Int, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<HostedJoins> {
    let lifetime = ports.lifetime
    return try await ports.store.read { snapshot throws(StorageFault) in
      let meeting: Meeting
      if caller.actsAsOperator {
        guard let found = try snapshot.meeting(id) else { return .notHost }
        meeting = found
      } else {
        switch try snapshot.authority(over: id, caller: caller, lifetime: lifetime) {
        case .invalidToken: return .invalidToken
        case .secondFactorRequired: return .secondFactorRequired
        case .none: return .notHost
        case .session(_, let found), .ticket(_, let found): meeting = found
        }
      }
      return .done(
        HostedJoins(
          joins: try snapshot.joins(
            of: id, occurrence: meeting.occurrence, states: states, after: cursor, limit: limit),
          epoch: meeting.epoch))
    }
  }

  /// Admits or denies one join. What was done already is done; what the state forbids changes nothing.
  package func act(
    _ act: JoinAct, on joinID: JoinID, in id: MeetingID, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<HostedJoin> {
    let changed = ports.changed
    return try await ports.store.write { tx throws(StorageFault) -> HostAnswer<HostedJoin> in
      try tx.endDueJoins(notifying: changed)
      let authority = try tx.authority(over: id, caller: caller, lifetime: ports.lifetime)
      guard var meeting = authority.meeting, let actor = authority.actor else {
        return try refuse(authority, act: act.name, on: id, caller: caller, in: tx)
      }
      guard let stored = try tx.join(joinID), stored.join.meeting == id,
        stored.join.occurrence == meeting.occurrence
      else { return .noSuchJoin }
      var join = stored.join
      let next: JoinState
      switch HostControlPolicy.judge(act, on: join, in: meeting) {
      case .already: return .done(HostedJoin(join: join, epoch: meeting.epoch))
      case .impossible(let obstacle): return .impossible(obstacle)
      case .proceed(let to): next = to
      }
      let event: AuditEvent
      let seconds: Int
      var personal: [(key: String, value: String)] = [("display_name", join.displayName.text)]
      switch act {
      case .admit:
        event = .joinAdmitted
        seconds = meeting.policy.seatSeconds
      case .deny(let reason, let message):
        event = .joinDenied
        seconds = meeting.policy.ticketSeconds
        join.message = message
        if let reason { personal.append(("reason", reason)) }
      }
      // Whoever held a grant loses the right to be inside: the epoch rises.
      if case .deny = act, join.state == .admitted { meeting.epoch += 1 }
      let keepsSeat = next == .admitted && join.joinerClass.isHosting
      try tx.move(&join, to: next, in: &meeting, until: keepsSeat ? nil : tx.now.adding(seconds: seconds))
      try tx.append(
        AuditEntry(
          event, by: actor, subject: join.id.text, request: caller.request, detail: [("meeting", id.text)],
          personal: personal, salt: stored.salt))
      tx.afterCommit { changed.fire(joinID) }
      return .done(HostedJoin(join: join, epoch: meeting.epoch))
    }
  }

  /// Nobody new comes in by itself; whoever is inside stays. Joins that were admitted and have not come
  /// in yet go back, as the policy says.
  package func lock(_ id: MeetingID, ifVersion: Int64?, caller: Caller) async throws(StorageFault)
    -> HostAnswer<ShownMeeting>
  {
    try await change(id, act: "lock", ticketMay: true, ifVersion: ifVersion, caller: caller) {
      tx, meeting, actor throws(StorageFault) in
      guard !meeting.locked else { return [] }
      let moved = try HostControlService.sendBackAdmitted(in: &meeting, tx, by: actor, caller)
      meeting.locked = true
      meeting.epoch += 1
      meeting.version += 1
      try tx.update(meeting)
      try tx.append(
        AuditEntry(
          .meetingLocked, by: actor, subject: id.text, request: caller.request,
          detail: [("epoch", String(meeting.epoch)), ("sent_back", String(moved.count))]))
      return moved
    }
  }

  /// A looser meeting: a session's act. It decides nobody's waiting by itself.
  package func unlock(_ id: MeetingID, ifVersion: Int64?, caller: Caller) async throws(StorageFault)
    -> HostAnswer<ShownMeeting>
  {
    try await change(id, act: "unlock", ticketMay: false, ifVersion: ifVersion, caller: caller) {
      tx, meeting, actor throws(StorageFault) in
      guard meeting.locked else { return [] }
      meeting.locked = false
      meeting.version += 1
      try tx.update(meeting)
      try tx.append(AuditEntry(.meetingUnlocked, by: actor, subject: id.text, request: caller.request))
      return []
    }
  }

  /// Finishes the occurrence and every join and ticket in it.
  package func end(_ id: MeetingID, ifVersion: Int64?, caller: Caller) async throws(StorageFault)
    -> HostAnswer<ShownMeeting>
  {
    try await change(id, act: "end", ticketMay: false, whenEnded: true, ifVersion: ifVersion, caller: caller) {
      tx, meeting, actor throws(StorageFault) in
      guard meeting.state != .ended else { return [] }
      let over = tx.now.adding(seconds: meeting.policy.ticketSeconds)
      var moved: [JoinID] = []
      for state in [JoinState.waiting, .admitted, .present] {
        let next: JoinState = state == .present ? .left : .expired
        try tx.each(state, in: &meeting) { join, meeting throws(StorageFault) in
          try tx.move(&join, to: next, in: &meeting, until: over)
          try tx.append(
            AuditEntry(
              next == .left ? .joinLeft : .joinExpired, by: actor, subject: join.id.text, request: caller.request,
              detail: [("meeting", id.text), ("by", "end")]))
          moved.append(join.id)
        }
      }
      meeting.state = .ended
      meeting.epoch += 1
      meeting.version += 1
      try tx.update(meeting)
      try tx.append(
        AuditEntry(
          .meetingEnded, by: actor, subject: id.text, request: caller.request,
          detail: [("epoch", String(meeting.epoch)), ("joins", String(moved.count))]))
      return moved
    }
  }

  private func change(
    _ id: MeetingID, act: String, ticketMay: Bool, whenEnded: Bool = false, ifVersion: Int64?, caller: Caller,
    _ body: @escaping @Sendable (any Transaction, inout Meeting, AuditActor) throws(StorageFault) -> [JoinID]
  ) async throws(StorageFault) -> HostAnswer<ShownMeeting> {
    let changed = ports.changed
    return try await ports.store.write { tx throws(StorageFault) -> HostAnswer<ShownMeeting> in
      try tx.endDueJoins(notifying: changed)
      let authority = try tx.authority(over: id, caller: caller, lifetime: ports.lifetime)
      guard var meeting = authority.meeting, let actor = authority.actor else {
        return try refuse(authority, act: act, on: id, caller: caller, in: tx)
      }
      if case .ticket = authority, !ticketMay { return .sessionRequired }
      if let ifVersion, ifVersion != meeting.version { return .stale }
      if meeting.state == .ended && !whenEnded { return .impossible(.ended) }
      let moved = try body(tx, &meeting, actor)
      tx.afterCommit { for join in moved { changed.fire(join) } }
      return .done(ShownMeeting(meeting: meeting, host: try tx.account(meeting.host)))
    }
  }

  private static func sendBackAdmitted(
    in meeting: inout Meeting, _ tx: any Transaction, by actor: AuditActor, _ caller: Caller
  ) throws(StorageFault) -> [JoinID] {
    var moved: [JoinID] = []
    let until = tx.now.adding(seconds: meeting.policy.ticketSeconds)
    let whenLocked = meeting.policy.whenLocked
    try tx.each(.admitted, in: &meeting) { join, meeting throws(StorageFault) in
      guard !join.joinerClass.isHosting else { return }
      switch whenLocked {
      case .wait: try tx.move(&join, to: .waiting, in: &meeting, until: until, waitingFor: .admission)
      case .refuse: try tx.move(&join, to: .denied, in: &meeting, until: until)
      }
      try tx.append(
        AuditEntry(
          whenLocked == .wait ? .joinWaiting : .joinDenied, by: actor, subject: join.id.text, request: caller.request,
          detail: [("meeting", meeting.id.text), ("by", "lock")]))
      moved.append(join.id)
    }
    return moved
  }

  /// Whoever tries a host's act without the right to it is recorded: it is how a take-over begins.
  private func refuse<Value: Sendable>(
    _ authority: MeetingAuthority, act: String, on id: MeetingID, caller: Caller, in tx: any Transaction
  ) throws(StorageFault) -> HostAnswer<Value> {
    switch authority {
    case .invalidToken: return .invalidToken
    case .secondFactorRequired: return .secondFactorRequired
    case .none(let actor):
      // Once a minute for each who tries: a ticket in a loop must not fill the disk.
      let who = ports.limiter.actorDigest(actor.text)
      if try tx.countRefusal(source: who, code: "act-refused") == 1 {
        try tx.append(
          AuditEntry(
            .actRefused, by: actor, subject: id.text, request: caller.request, detail: [("act", act)]))
      }
      return .notHost
    case .session, .ticket: preconditionFailure("an authority that stands is not refused")
    }
  }
}

extension JoinAct {
  fileprivate var name: String {
    switch self {
    case .admit: "admit"
    case .deny: "deny"
    }
  }
}

extension Transaction {
  /// Runs over all joins of the occurrence that are in a state, page by page: `body` may move each.
  func each(
    _ state: JoinState, in meeting: inout Meeting,
    _ body: (inout Join, inout Meeting) throws(StorageFault) -> Void
  ) throws(StorageFault) {
    var cursor: Int64?
    repeat {
      let page = try joins(
        of: meeting.id, occurrence: meeting.occurrence, states: [state], after: cursor, limit: 500)
      for var join in page.items { try body(&join, &meeting) }
      cursor = page.next
    } while cursor != nil
  }
}
