package import AnteroomCore

package enum HostAnswer<Value: Sendable>: Sendable {
  case done(Value)
  case invalidToken
  case secondFactorRequired
  /// No right here, or no such meeting.
  case notHost
  /// The right to more than a ticket gives.
  case sessionRequired
  /// It opens the meeting up, and the factors were shown too long ago (`step_up`).
  case reauthenticationRequired
  /// To operators.
  case noSuchMeeting
  case noSuchJoin
  case impossible(JoinActObstacle)
  case stale
}

extension HostAnswer {
  /// The same refusal, or what is made of what was done.
  func map<Other>(
    _ body: (Value) throws(StorageFault) -> Other
  ) throws(StorageFault) -> HostAnswer<Other> {
    switch self {
    case .done(let value): .done(try body(value))
    case .invalidToken: .invalidToken
    case .secondFactorRequired: .secondFactorRequired
    case .notHost: .notHost
    case .sessionRequired: .sessionRequired
    case .reauthenticationRequired: .reauthenticationRequired
    case .noSuchMeeting: .noSuchMeeting
    case .noSuchJoin: .noSuchJoin
    case .impossible(let obstacle): .impossible(obstacle)
    case .stale: .stale
    }
  }
}

/// A join with the epoch that its meeting is at.
package struct HostedJoin: Sendable {
  package let join: Join
  package let epoch: Epoch
  /// It waits, and nobody has been heard of behind it for a while.
  package let isAway: Bool

  package init(_ join: Join, epoch: Epoch, isAway: Bool = false) {
    self.join = join
    self.epoch = epoch
    self.isAway = isAway
  }
}

/// What hosts see and do to whole meetings. Each act asks for the right to it in its own transaction.
package struct HostControlService: Sendable {
  let ports: AdmissionPorts

  package init(ports: AdmissionPorts) {
    self.ports = ports
  }

  /// The joins of the running occurrence in the order they knocked; never a ticket or an address.
  package func joins(
    of id: MeetingID, states: [JoinState], after cursor: Int64?, limit: Int, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<Page<HostedJoin>> {
    let ports = ports
    return try await ports.store.read { snapshot throws(StorageFault) in
      try snapshot.hosted(id, by: caller).map { hosted throws(StorageFault) in
        let page = try snapshot.joins(
          of: id, occurrence: hosted.meeting.occurrence, states: states, after: cursor, limit: limit)
        return Page(
          items: page.items.map { ports.hosted($0, in: hosted.meeting, at: snapshot.now) }, next: page.next)
      }
    }
  }

  package func lock(_ id: MeetingID, ifVersion: ExpectedVersion, caller: Caller) async throws(StorageFault)
    -> HostAnswer<ShownMeeting>
  {
    try await change(id, act: "lock", ticketMay: true, ifVersion: ifVersion, caller: caller) {
      tx, meeting, cause throws(StorageFault) in try tx.lock(&meeting, cause)
    }
  }

  package func unlock(_ id: MeetingID, ifVersion: ExpectedVersion, caller: Caller) async throws(StorageFault)
    -> HostAnswer<ShownMeeting>
  {
    try await change(id, act: "unlock", ticketMay: false, opensUp: true, ifVersion: ifVersion, caller: caller) {
      tx, meeting, cause throws(StorageFault) in try tx.unlock(&meeting, cause)
    }
  }

  package func suspend(_ id: MeetingID, ifVersion: ExpectedVersion, caller: Caller) async throws(StorageFault)
    -> HostAnswer<ShownMeeting>
  {
    try await change(id, act: "suspend", ticketMay: true, ifVersion: ifVersion, caller: caller) {
      tx, meeting, cause throws(StorageFault) in try tx.suspend(&meeting, cause)
    }
  }

  private func change(
    _ id: MeetingID, act: String, ticketMay: Bool, opensUp: Bool = false, ifVersion: ExpectedVersion, caller: Caller,
    _ body: @escaping @Sendable (any Transaction, inout Meeting, Cause) throws(StorageFault) -> Void
  ) async throws(StorageFault) -> HostAnswer<ShownMeeting> {
    try await ports.store.write { tx throws(StorageFault) -> HostAnswer<ShownMeeting> in
      try tx.endDueJoins()
      let authority = try tx.authority(over: id, to: opensUp ? .steer : .protect, caller: caller)
      guard var meeting = authority.meeting, let actor = authority.actor else {
        return try refuse(authority, act: act, on: id, caller: caller, in: tx)
      }
      if case .ticket = authority, !ticketMay { return .sessionRequired }
      if !ifVersion.allows(meeting.version) { return .stale }
      if meeting.state == .ended { return .impossible(.ended) }
      if opensUp, meeting.locked, try !tx.hasSteppedUp(caller, in: meeting) { return .reauthenticationRequired }
      try body(tx, &meeting, Cause(actor, caller.request))
      return .done(ShownMeeting(meeting: meeting, host: try tx.account(meeting.host)))
    }
  }

  /// Whoever tries a host's act without the right to it is recorded: it is how a take-over begins.
  func refuse<Value: Sendable>(
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

extension AdmissionPorts {
  /// A join as its hosts see it.
  func hosted(_ join: Join, in meeting: Meeting, at now: Instant) -> HostedJoin {
    HostedJoin(join, epoch: meeting.epoch, isAway: sightings.isAway(join, at: now))
  }
}
