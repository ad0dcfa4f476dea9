package import AnteroomCore

package enum RedemptionResult: Sendable {
  case redeemed(Join, Meeting)
  /// Not one of ours, of another front end's audience, or expired.
  case invalid
  /// The join was removed, has ended, or its meeting has.
  case over
  case alreadyUsed
  case outdated
}

package struct ActiveGrant: Sendable {
  package let claims: GrantClaims
  package let join: Join
  package let meeting: Meeting
  /// It was redeemed already: it still says who is in, and lets nobody in.
  package let isRedeemed: Bool
}

/// Redeems and introspects grants for the front end whose audience they are for.
package struct GrantService: Sendable {
  let ports: AdmissionPorts

  package init(ports: AdmissionPorts) {
    self.ports = ports
  }

  /// Takes a grant's place inside, once.
  package func redeem(_ token: String, caller: Caller) async throws(StorageFault) -> RedemptionResult {
    guard let claims = claims(of: token, caller: caller) else { return .invalid }
    return try await ports.store.write { tx throws(StorageFault) in
      try tx.endDueJoins()
      guard tx.now < claims.expiresAt else { return .invalid }
      guard let (stored, found) = try GrantService.found(claims, in: tx) else { return .over }
      var meeting = found
      if try tx.isRedeemed(claims.id) { return .alreadyUsed }
      guard claims.epoch == meeting.epoch else { return .outdated }
      guard try tx.entitlement(of: stored.join, in: meeting) == .grant else { return .over }
      // Kept a little longer than the grant lives, so that a clock set back finds it used.
      guard try tx.redeem(claims.id, expiresAt: claims.expiresAt.adding(seconds: 3600)) else { return .alreadyUsed }
      var join = stored.join
      if join.state != .present {
        try tx.enter(
          &join, in: &meeting,
          Cause(.frontEnd(caller.frontEnd.name), caller.request, detail: [("grant", claims.id)]))
      } else {
        // A reload or a second device on the same seat: who was let in twice shows in the audit.
        try tx.append(
          AuditEntry(
            .grantRedeemed, by: .frontEnd(caller.frontEnd.name), subject: join.id.text, request: caller.request,
            detail: [("meeting", meeting.id.text), ("grant", claims.id)]))
      }
      return .redeemed(join, meeting)
    }
  }

  /// What a grant is worth now; nil for all that is worth nothing, alike. Changes nothing.
  package func introspect(_ token: String, caller: Caller) async throws(StorageFault) -> ActiveGrant? {
    guard let claims = claims(of: token, caller: caller) else { return nil }
    return try await ports.store.read { snapshot throws(StorageFault) in
      guard snapshot.now < claims.expiresAt, let (stored, meeting) = try GrantService.found(claims, in: snapshot),
        claims.epoch == meeting.epoch, try snapshot.entitlement(of: stored.join, in: meeting) == .grant
      else { return nil }
      return ActiveGrant(
        claims: claims, join: stored.join, meeting: meeting, isRedeemed: try snapshot.isRedeemed(claims.id))
    }
  }

  /// A grant belongs to the front end that its audience names; to any other it is unknown.
  private func claims(of token: String, caller: Caller) -> GrantClaims? {
    guard let claims = ports.grants.signing.verify(token, at: ports.clock.now()),
      claims.issuer == ports.grants.issuer,
      caller.frontEnd.audiences.contains(claims.audience)
    else { return nil }
    return claims
  }

  /// The join that a grant was made for, where it is not over: a join that was made with a session ends
  /// with it.
  private static func found(
    _ claims: GrantClaims, in snapshot: any Snapshot
  ) throws(StorageFault) -> (StoredJoin, Meeting)? {
    guard let stored = try snapshot.join(claims.join), let meeting = try snapshot.meeting(stored.join.meeting),
      meeting.id == claims.meeting, meeting.state != .ended, stored.join.audience == claims.audience,
      stored.join.occurrence == claims.occurrence, meeting.occurrence == claims.occurrence,
      try snapshot.isBacked(stored.join)
    else { return nil }
    return stored.join.isOver ? nil : (stored, meeting)
  }
}
