import AnteroomCore

/// Ends what ends by itself: tickets, seats that nobody took up, sessions, codes, counts of a minute.
package struct SweepService: Sendable {
  let ports: AdmissionPorts

  package init(ports: AdmissionPorts) {
    self.ports = ports
  }

  /// Moves every join whose time is over. An admission that nobody took up gives its seat back and
  /// waits anew; a host's has a seat in any case, and simply begins again.
  package func endDueJoins() async throws(StorageFault) {
    let isAnythingDue = try await ports.store.read { snapshot throws(StorageFault) in
      try !snapshot.dueJoins(at: snapshot.now, limit: 1).isEmpty
    }
    guard isAnythingDue else { return }
    let moved = try await ports.store.write { tx throws(StorageFault) -> [JoinID] in
      var moved: [JoinID] = []
      for stored in try tx.dueJoins(at: tx.now, limit: 500) {
        guard var meeting = try tx.meeting(stored.join.meeting) else { continue }
        var join = stored.join
        switch join.state {
        case .waiting:
          try tx.move(&join, to: .expired, in: &meeting, until: tx.now.adding(seconds: meeting.policy.ticketSeconds))
        case .admitted:
          try tx.move(
            &join, to: .waiting, in: &meeting, until: tx.now.adding(seconds: meeting.policy.ticketSeconds),
            waitingFor: .admission)
        case .present, .left, .denied, .withdrawn, .expired, .removed:
          // Over: the ticket says nothing any more.
          join.deadline = nil
          try tx.update(join)
          continue
        }
        moved.append(join.id)
        try tx.append(
          AuditEntry(
            join.state == .expired ? .joinExpired : .joinWaiting, by: .system, subject: join.id.text, request: nil,
            detail: [("meeting", meeting.id.text), ("gate", "deadline")]))
      }
      return moved
    }
    for join in moved { ports.changed.fire(join) }
  }

  /// What nobody waits for: rows that are over, and strangers' refusals of the minutes that have passed.
  package func tidy() async throws(StorageFault) {
    try await ports.store.write { tx throws(StorageFault) in
      try tx.deleteExpired()
      try tx.recordRefusals()
    }
  }
}
