package import AnteroomCore

/// What came of admitting many: how many are in, and who was passed over, and why.
package struct Admissions: Sendable {
  package var admitted = 0
  package var skipped: [(join: JoinID, code: SkipCode)] = []
}

/// Why somebody was passed over.
package enum SkipCode: String, Sendable {
  /// Not decided unseen: a host looks at these one by one.
  case bot, unproven, lookalike
  case sentBack = "sent-back"
  case denied = "denied-before"
  case notice = "participant-action-required"
  /// The policy does not let the like of it in any more.
  case policy = "policy"
  case full = "meeting-full"
  /// While it is locked a host lets people in by name.
  case locked = "meeting-locked"
  case barred = "join-refused"
  case state = "state-conflict"
}

extension HostControlService {
  /// How many are decided in one transaction: the next one's callers wait no longer than that takes.
  private static let group = 100

  /// Admits those who waited when it was called, the longest first: the named, or all who may be let in
  /// unseen.
  package func admitWaiting(
    _ named: [JoinID]?, in id: MeetingID, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<Admissions> {
    let found = try await toAdmit(named, in: id, caller: caller)
    guard case .done(let waiting) = found else { return try found.map { _ in Admissions() } }
    var all = Admissions()
    for start in stride(from: 0, to: waiting.count, by: HostControlService.group) {
      let ids = Array(waiting[start..<min(start + HostControlService.group, waiting.count)])
      let isUnseen = named == nil
      // The right to it is asked for each group: it may end in the middle.
      let answer = try await ports.store.write { tx throws(StorageFault) -> HostAnswer<Admissions> in
        let authority = try tx.authority(over: id, to: .steer, caller: caller)
        guard var meeting = authority.meeting, let actor = authority.actor else {
          return try refuse(authority, act: "admit-waiting", on: id, caller: caller, in: tx)
        }
        return .done(try HostControlService.admit(ids, isUnseen, &meeting, Cause(actor, caller.request), tx))
      }
      guard case .done(let some) = answer else { return answer }
      all.admitted += some.admitted
      all.skipped += some.skipped
    }
    return .done(all)
  }

  private func toAdmit(
    _ named: [JoinID]?, in id: MeetingID, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<[JoinID]> {
    let right = try await ports.store.write { tx throws(StorageFault) -> HostAnswer<Int64> in
      try tx.endDueJoins()
      let authority = try tx.authority(over: id, to: .steer, caller: caller)
      guard let meeting = authority.meeting else {
        return try refuse(authority, act: "admit-waiting", on: id, caller: caller, in: tx)
      }
      return meeting.state == .ended ? .impossible(.ended) : .done(meeting.occurrence)
    }
    guard case .done(let occurrence) = right else { return try right.map { _ in [] } }
    if let named { return .done(named) }
    // Read beside the writer: who knocks meanwhile does not wait until thousands were counted.
    return try await ports.store.read { snapshot throws(StorageFault) in
      .done(try snapshot.waiting(in: id, occurrence: occurrence))
    }
  }

  private static func admit(
    _ ids: [JoinID], _ isUnseen: Bool, _ meeting: inout Meeting, _ cause: Cause, _ tx: any Transaction
  ) throws(StorageFault) -> Admissions {
    var done = Admissions()
    for id in ids {
      guard let stored = try tx.join(id), stored.join.meeting == meeting.id,
        stored.join.occurrence == meeting.occurrence
      else {
        done.skipped.append((id, .state))
        continue
      }
      var join = stored.join
      // Whoever went away while the others were decided is no news.
      if isUnseen && join.state != .waiting { continue }
      if isUnseen, let code = join.notUnseen ?? (meeting.locked && !join.joinerClass.isHosting ? .locked : nil) {
        done.skipped.append((id, code))
        continue
      }
      switch HostControlPolicy.judge(.admit, on: join, in: meeting, try tx.facts(of: join, in: meeting)) {
      case .already: done.admitted += 1
      case .impossible(let obstacle): done.skipped.append((id, SkipCode(obstacle)))
      case .move, .change, .forfeit:
        try tx.admit(&join, in: &meeting, cause)
        done.admitted += 1
      }
    }
    return done
  }

  /// Tells all who wait; how many they are.
  package func message(
    _ text: String, in id: MeetingID, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<Int> {
    try await ports.store.write { tx throws(StorageFault) -> HostAnswer<Int> in
      try tx.endDueJoins()
      let authority = try tx.authority(over: id, to: .protect, caller: caller)
      guard var meeting = authority.meeting, let actor = authority.actor else {
        return try refuse(authority, act: "message", on: id, caller: caller, in: tx)
      }
      var told = 0
      try tx.each(.waiting, in: &meeting) { join, meeting throws(StorageFault) in
        try tx.change(&join, in: &meeting, as: .joinMessage, Cause(actor, caller.request)) { $0.message = text }
        told += 1
      }
      return .done(told)
    }
  }
}

extension Join {
  /// Why a host has to look at it first; nil for whom admitting all means.
  fileprivate var notUnseen: SkipCode? {
    if clientKind == .bot { return .bot }
    if unproven { return .unproven }
    if confusableWith != nil { return .lookalike }
    if denials > 0 { return .denied }
    return wasSentBack ? .sentBack : nil
  }
}

extension SkipCode {
  fileprivate init(_ obstacle: JoinActObstacle) {
    switch obstacle {
    case .full: self = .full
    case .barred: self = .barred
    case .notice: self = .notice
    case .policy: self = .policy
    case .ended, .external, .state, .hosting, .viewer, .roleAbove: self = .state
    }
  }
}
