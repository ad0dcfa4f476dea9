package import AnteroomCore

extension HostControlService {
  /// Who was there, occurrence by occurrence, and each look at it is recorded; nil where the policy keeps none.
  package func attendance(
    of id: MeetingID, occurrence: Int64?, after cursor: Int64?, limit: Int, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<Page<Stay>?> {
    try await ports.store.write { tx throws(StorageFault) -> HostAnswer<Page<Stay>?> in
      let meeting: Meeting
      let actor: AuditActor
      if caller.actsAsOperator {
        guard let found = try tx.meeting(id) else { return .notHost }
        (meeting, actor) = (found, caller.actor)
      } else {
        let authority = try tx.authority(over: id, to: .steer, caller: caller)
        guard let found = authority.meeting, let who = authority.actor else {
          return try refuse(authority, act: "attendance", on: id, caller: caller, in: tx)
        }
        if authority.isTicket { return .sessionRequired }
        // It takes names out of the house.
        if try !tx.hasSteppedUp(caller, in: found) { return .reauthenticationRequired }
        (meeting, actor) = (found, who)
      }
      guard meeting.policy.attendance else { return .done(nil) }
      let shown = occurrence ?? meeting.occurrence
      let page = try tx.stays(in: id, occurrence: shown, after: cursor, limit: limit)
      try tx.append(
        AuditEntry(
          .attendanceShown, by: actor, subject: id.text, request: caller.request,
          detail: [("occurrence", String(shown)), ("stays", String(page.items.count))]))
      return .done(page)
    }
  }
}

extension Transaction {
  /// Begins and ends stays with the state of a join. One that began is ended whatever the policy says by then.
  func keepAttendance(of join: Join, wasPresent: Bool, in meeting: Meeting) throws(StorageFault) {
    let isPresent = join.state == .present
    if isPresent && !wasPresent && meeting.policy.attendance { try beginStay(of: join) }
    if wasPresent && !isPresent { try endStay(of: join.id) }
  }
}
