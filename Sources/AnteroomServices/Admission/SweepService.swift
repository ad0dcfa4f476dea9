import AnteroomCore

/// Ends what ends by itself: tickets, seats that nobody took up, sessions, codes, counts of a minute.
package struct SweepService: Sendable {
  let ports: AdmissionPorts

  package init(ports: AdmissionPorts) {
    self.ports = ports
  }

  /// Moves every join and meeting whose time is over. An admission that nobody took up gives its seat back and
  /// waits anew; a host's has a seat in any case, and simply begins again.
  package func endDue() async throws(StorageFault) {
    let isAnythingDue = try await ports.store.read { snapshot throws(StorageFault) in
      if try !snapshot.dueJoins(at: snapshot.now, limit: 1).isEmpty { return true }
      if try !snapshot.dueMeetings(at: snapshot.now, limit: 1).isEmpty { return true }
      return try !snapshot.dueHostAbsences(at: snapshot.now, limit: 1).isEmpty
    }
    guard isAnythingDue else { return }
    try await ports.store.write { tx throws(StorageFault) in
      try tx.endDueJoins()
      try tx.settleMeetings()
      try tx.endHostAbsences()
    }
  }

  /// Gives the alarm for what no front end has confirmed in time; how many there were.
  package func alarmRevocations() async throws(StorageFault) -> Int {
    let seconds = Revocation.secondsToConfirm
    let isAnyLate = try await ports.store.read { snapshot throws(StorageFault) in
      try !snapshot.unconfirmedRevocations(before: snapshot.now.adding(seconds: -seconds), limit: 1).isEmpty
    }
    guard isAnyLate else { return 0 }
    return try await ports.store.write { tx throws(StorageFault) in
      let late = try tx.unconfirmedRevocations(before: tx.now.adding(seconds: -seconds), limit: 500)
      for revocation in late {
        try tx.alarmRevocation(revocation.number)
        try tx.append(
          AuditEntry(
            .revocationUnconfirmed, by: .system, subject: revocation.join.text, request: nil,
            detail: [
              ("meeting", revocation.meeting.text), ("audience", revocation.audience),
              ("revocation", String(revocation.number)),
            ]))
      }
      return late.count
    }
  }

  /// Gives accounts of a store of before what their names are compared by, in portions.
  package func fillLikenesses() async throws(StorageFault) {
    while true {
      let accounts = try await ports.store.read { snapshot throws(StorageFault) in
        try snapshot.accountsWithoutLikeness(limit: 200)
      }
      if accounts.isEmpty { return }
      let (text, digests) = (ports.text, ports.digests)
      let filled = accounts.map { account in
        (account.id, account.displayName, NameLikeness(of: account.displayName, with: text, digests: digests))
      }
      try await ports.store.write { tx throws(StorageFault) in
        for (id, name, likeness) in filled {
          // Whoever was renamed meanwhile has one already.
          guard var account = try tx.account(id), account.likeness == nil, account.displayName == name else { continue }
          account.likeness = likeness
          try tx.update(account)
        }
      }
    }
  }

  /// What nobody waits for: rows that are over, and strangers' refusals of the minutes that have passed.
  package func tidy() async throws(StorageFault) {
    try await ports.store.write { tx throws(StorageFault) in
      try tx.deleteExpired()
      try tx.recordRefusals()
    }
    // In portions: whoever asks something meanwhile waits for one of them, not for all.
    let portion = 2000
    while try await ports.store.write({ tx throws(StorageFault) in
      try tx.deleteExpiredBudgets(limit: portion)
    }) == portion {}
    while try await ports.store.write({ tx throws(StorageFault) in
      try tx.deleteEvents(before: tx.now.adding(seconds: -EventStream.keptSeconds), limit: portion)
    }) == portion {}
  }
}
