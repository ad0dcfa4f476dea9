package import AnteroomCore

/// Whose events somebody wants to watch.
package enum EventReader: Hashable, Sendable {
  /// A host's view of a meeting.
  case meeting(MeetingID)
  /// A joiner's view of its own join, by the ticket.
  case ownJoin
  /// A front end's view of all joins that it made or that are granted for its audiences.
  case frontEnd
}

/// An event as its reader may know it.
package struct ToldEvent: Sendable {
  /// What the reader resumes from: a join's own number for a joiner, the durable number for all else.
  package let number: Int64
  package let event: Event
  /// To a joiner: its join as it stands now, with a fresh grant where it may have one.
  package let own: OwnJoin?
}

/// How things stand, told first to who has seen nothing, or too little to go on from.
package enum EventSnapshot: Sendable {
  case meeting(ShownMeeting, [HostedJoin])
  case ownJoin(OwnJoin)
  case frontEnd([HostedJoin])
}

/// What one look at the events gives.
package struct EventLook: Sendable {
  package enum Content: Sendable {
    /// What came after the reader's place, in order.
    case events([ToldEvent])
    case snapshot(EventSnapshot)
  }

  package let content: Content
  /// Where to look from next.
  package let place: Int64
  /// There is more already.
  package var isFull = false
  /// Nothing more will ever come.
  package var isOver = false
  /// When the right to look ends by itself, though nothing happens.
  package var standsUntil: Instant?
}

/// How streams behave, where the contract gives no figure.
package enum EventStream {
  /// Events are kept for a day: who was away for longer gets a snapshot.
  package static let keptSeconds = 86_400
  /// Who has missed more than these gets a snapshot too: it is told sooner, and says more.
  static let mostMissed: Int64 = 50_000
  /// How many are told at a time.
  static let batch = 200
}

/// Answers what a reader may know now. Nothing is remembered between two looks but the reader's own place,
/// so that a restart, a slow reader and a resumed one are all the same case; and the right to look is asked
/// in the same snapshot that the events are read from.
package struct EventService: Sendable {
  let ports: AdmissionPorts

  package init(ports: AdmissionPorts) {
    self.ports = ports
  }

  /// Subscribe before looking; unsubscribe with `ports.changed`.
  package func subscribe(_ reader: EventReader, caller: Caller) -> Subscription {
    ports.changed.subscribe(topics(of: reader, caller))
  }

  package func unsubscribe(_ subscription: Subscription) { ports.changed.unsubscribe(subscription) }

  private func topics(of reader: EventReader, _ caller: Caller) -> [EventTopic] {
    switch reader {
    case .meeting(let id): [.meeting(id)]
    case .ownJoin: caller.bearer.map { [.join(JoinID(known: JoinID.prefix + $0.name))] } ?? []
    case .frontEnd:
      [.frontEnd(caller.frontEnd.name), .meetings] + caller.frontEnd.audiences.map(EventTopic.audience)
    }
  }

  /// Whether somebody may watch at all.
  package func mayWatch(_ reader: EventReader, caller: Caller) async throws(StorageFault) -> HostAnswer<Void> {
    let ports = ports
    return try await ports.store.read { snapshot throws(StorageFault) in
      switch reader {
      case .frontEnd: return .done(())
      case .ownJoin:
        return try snapshot.liveOwnJoin(caller) == nil ? .invalidToken : .done(())
      case .meeting(let id):
        return try snapshot.hosted(id, by: caller).map { _ in }
      }
    }
  }

  /// What happened after `place`; a snapshot where there is no place, or one that is not kept any more.
  package func look(
    _ reader: EventReader, after place: Int64?, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<EventLook> {
    let ports = ports
    return try await ports.store.read { snapshot throws(StorageFault) in
      switch reader {
      case .meeting(let id): try ports.look(at: id, after: place, caller, snapshot)
      case .ownJoin: try ports.lookAtOwn(after: place, caller, snapshot)
      case .frontEnd: try ports.lookForFrontEnd(after: place, caller, snapshot)
      }
    }
  }

  /// False for a revocation that is none of this front end's.
  package func acknowledge(_ number: Int64, caller: Caller) async throws(StorageFault) -> Bool {
    try await ports.store.write { tx throws(StorageFault) in
      guard let revocation = try tx.revocation(number),
        revocation.frontEnd == caller.frontEnd.name || caller.frontEnd.audiences.contains(revocation.audience)
      else { return false }
      if revocation.isAcknowledged { return true }
      try tx.acknowledgeRevocation(number)
      try tx.append(
        AuditEntry(
          .revocationAcknowledged, by: .frontEnd(caller.frontEnd.name), subject: revocation.join.text,
          request: caller.request,
          detail: [("meeting", revocation.meeting.text), ("revocation", String(number))]))
      return true
    }
  }
}

extension AdmissionPorts {
  fileprivate func look(
    at id: MeetingID, after place: Int64?, _ caller: Caller, _ snapshot: any Snapshot
  ) throws(StorageFault) -> HostAnswer<EventLook> {
    try snapshot.hosted(id, by: caller).map { hosted throws(StorageFault) in
      // What was before it became a host's ticket, or before the account hosted here, is not its to know; the oldest
      // events go first, so where the beginning is not kept any more nothing from before it is.
      var floor: Int64 = 0
      if let ticket = hosted.ticket { floor = try snapshot.lastRoleEvent(of: ticket) ?? 0 }
      if let account = hosted.account { floor = try snapshot.hostingSince(account, in: id) }
      return try look(at: hosted.meeting, after: place, from: floor, snapshot)
    }
  }

  private func look(
    at meeting: Meeting, after place: Int64?, from floor: Int64, _ snapshot: any Snapshot
  ) throws(StorageFault) -> EventLook {
    let last = try snapshot.lastEvent()
    guard let place, try snapshot.isKept(place, last: last) else {
      var joins: [Join] = []
      var cursor: Int64?
      repeat {
        let page = try snapshot.joins(
          of: meeting.id, occurrence: meeting.occurrence, states: [.waiting, .admitted, .present], after: cursor,
          limit: 500)
        joins += page.items
        cursor = page.next
      } while cursor != nil
      let shown = ShownMeeting(meeting: meeting, host: try snapshot.account(meeting.host))
      let hosted = joins.map { self.hosted($0, in: meeting, at: snapshot.now) }
      return EventLook(content: .snapshot(.meeting(shown, hosted)), place: last)
    }
    let events = try snapshot.events(of: meeting.id, after: max(place, floor), limit: EventStream.batch)
    // A revocation is between the daemon and the front end that has to carry it out.
    let told = events.filter { $0.event.name != .revocation }
    let isFull = events.count == EventStream.batch
    return EventLook(
      content: .events(told.map { ToldEvent(number: $0.number, event: $0.event, own: nil) }),
      place: isFull ? events.last?.number ?? last : last, isFull: isFull)
  }

  fileprivate func lookAtOwn(
    after place: Int64?, _ caller: Caller, _ snapshot: any Snapshot
  ) throws(StorageFault) -> HostAnswer<EventLook> {
    guard let (join, meeting, session) = try snapshot.liveOwnJoin(caller) else {
      return .invalidToken
    }
    sightings.saw(join, at: clock.now())
    let entitlement = try snapshot.entitlement(of: join, in: meeting)
    let own = OwnJoin(
      join: join, meeting: meeting,
      grant: entitlement == .grant
        ? grants.grant(for: join, in: meeting, session: session, at: clock.now()) : nil,
      notices: try snapshot.openNotices(of: join, in: meeting))
    let events = try place == nil ? [] : snapshot.events(of: join.id, after: place ?? 0, limit: EventStream.batch)
    // In a row from the place on, or something is missing and the state says it all.
    guard let place, place == join.eventNumber || events.first?.event.join?.number == place + 1 else {
      return .done(
        EventLook(
          content: .snapshot(.ownJoin(own)), place: join.eventNumber, isOver: join.isOver,
          standsUntil: join.end(session)))
    }
    let told = events.compactMap { numbered in
      numbered.event.join.map { ToldEvent(number: $0.number, event: numbered.event, own: own) }
    }
    let next = told.last?.number ?? place
    return .done(
      EventLook(
        content: .events(told), place: next, isFull: next < join.eventNumber,
        isOver: join.isOver && next == join.eventNumber, standsUntil: join.end(session)))
  }

  fileprivate func lookForFrontEnd(
    after place: Int64?, _ caller: Caller, _ snapshot: any Snapshot
  ) throws(StorageFault) -> HostAnswer<EventLook> {
    let name = caller.frontEnd.name
    let audiences = caller.frontEnd.audiences
    sightings.saw(frontEnd: name, at: clock.now())
    let last = try snapshot.lastEvent()
    guard let place, try snapshot.isKept(place, last: last) else {
      let joins = try snapshot.openJoins(frontEnd: name, audiences: audiences).map {
        HostedJoin($0.join, epoch: $0.epoch)
      }
      return .done(EventLook(content: .snapshot(.frontEnd(joins)), place: last))
    }
    let events = try snapshot.events(frontEnd: name, audiences: audiences, after: place, limit: EventStream.batch)
    var isIn: [MeetingID: Bool] = [:]
    var told: [ToldEvent] = []
    for numbered in events {
      let meeting = numbered.event.meeting
      if numbered.event.join == nil {
        if isIn[meeting] == nil {
          isIn[meeting] = try snapshot.hasJoin(in: meeting, frontEnd: name, audiences: audiences)
        }
        guard isIn[meeting] == true else { continue }
      }
      told.append(ToldEvent(number: numbered.number, event: numbered.event, own: nil))
    }
    let isFull = events.count == EventStream.batch
    return .done(
      EventLook(content: .events(told), place: isFull ? events.last?.number ?? last : last, isFull: isFull))
  }
}

extension Snapshot {
  /// Whether everything after a place is kept: not from a store that was put back, nor from too long ago.
  fileprivate func isKept(_ place: Int64, last: Int64) throws(StorageFault) -> Bool {
    if place > last || last - place > EventStream.mostMissed { return false }
    return try place + 1 >= firstEvent()
  }
}

extension Session {
  /// When it is over, used no more.
  fileprivate var end: Instant { min(expiresAt, idleExpiresAt) }
}

extension Join {
  /// When its ticket is worth nothing any more, though nothing happens.
  fileprivate func end(_ session: Session?) -> Instant? {
    [session?.end, state == .left ? deadline : nil].compactMap { $0 }.min()
  }
}
