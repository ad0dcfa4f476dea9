import AnteroomCore

// What a change of hosts does to the joins of those it is about.

extension Transaction {
  /// Makes the open joins of accounts what the record says now: who hosts no more is a member, an invitee or a guest
  /// like anybody, with nothing to publish and no grant of before; who hosts is let in, since a host is never shut
  /// out. First those who come, so that a meeting is not without a host in between.
  func rehost(_ accounts: [AccountID], in meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    let why = Cause(cause.actor, cause.request, detail: [("by", "record")])
    for isComing in [true, false] {
      for id in accounts where meeting.isHosted(by: id) == isComing {
        guard let account = try account(id) else { continue }
        let open = try openJoins(
          in: meeting.id, occurrence: meeting.occurrence, of: id, lineage: JoinID(known: "-"))
        for found in open {
          // A host's coming or a seat that came free may have moved it meanwhile.
          guard var join = try self.join(found.id)?.join else { continue }
          try reclassify(&join, of: account, in: &meeting, why)
        }
      }
    }
  }

  private func reclassify(
    _ join: inout Join, of account: Account, in meeting: inout Meeting, _ cause: Cause
  ) throws(StorageFault) {
    let isInvited = try invite(of: account.id, to: meeting.id)?.isGood(at: now) ?? false
    let joinerClass = JoinerClass(
      of: account, isInvited: isInvited || join.invite != nil, through: join.clientKind, in: meeting)
    guard joinerClass != join.joinerClass else { return }
    let losesRole = join.role.isMore(than: joinerClass.role) && join.joinerClass.isHosting
    if losesRole && join.mayHaveGrant { try raiseEpoch(of: &meeting, by: cause.actor) }
    let isHosting = joinerClass.isHosting
    let deadline = join.state == .admitted ? now.adding(seconds: meeting.policy.seatSeconds) : join.deadline
    try change(&join, in: &meeting, as: .joinRole, revoking: losesRole && join.state == .admitted, cause) { join in
      join.joinerClass = joinerClass
      join.role = joinerClass.role
      join.publish = isHosting ? .everything : .nothing
      join.deadline = isHosting && join.state == .admitted ? nil : deadline
    }
    guard isHosting, join.state == .waiting else { return }
    if AdmissionPolicy.objection(to: try facts(of: join, in: meeting)) == nil {
      try admit(&join, in: &meeting, cause)
    }
  }
}
