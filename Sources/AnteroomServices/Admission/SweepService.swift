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
    let changed = ports.changed
    try await ports.store.write { tx throws(StorageFault) in try tx.endDueJoins(notifying: changed) }
  }

  /// What nobody waits for: rows that are over, and strangers' refusals of the minutes that have passed.
  package func tidy() async throws(StorageFault) {
    try await ports.store.write { tx throws(StorageFault) in
      try tx.deleteExpired()
      try tx.recordRefusals()
    }
  }
}
