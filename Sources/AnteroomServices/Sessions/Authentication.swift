package import AnteroomCore

/// A bearer that stood when it was asked, in this transaction.
package struct AuthenticatedSession: Sendable {
  package let session: Session
  package let account: Account
}

/// How a bearer stands.
package enum BearerStanding: Sendable {
  case stands(AuthenticatedSession)
  case invalid
  /// Right, but good for enrolment alone.
  case enrolmentOnly(AuthenticatedSession)
}

extension Snapshot {
  /// Checks a session token against what is stored now. An account that was disabled or erased has no
  /// session, whatever its tokens say.
  package func authenticate(_ proof: TokenProof?) throws(StorageFault) -> BearerStanding {
    guard let proof, proof.kind == .session else { return .invalid }
    let id = SessionID(known: SessionID.prefix + proof.name)
    guard let stored = try session(id), stored.digest.equalsInConstantTime(proof.digest) else { return .invalid }
    return try standing(of: stored.session)
  }

  /// How a session stands now, by what is configured now: whoever shows it, or a ticket that was made with it.
  func standing(of session: Session) throws(StorageFault) -> BearerStanding {
    guard session.isLive(at: now), let account = try account(session.account), !account.disabled else {
      return .invalid
    }
    let authenticated = AuthenticatedSession(session: session, account: account)
    let reach = SessionPolicy.reach(
      of: session, account: account,
      hostNeedsSecondFactor: policies.hostNeedsSecondFactor(boundTo: account.profile))
    switch reach {
    case .everything: return .stands(authenticated)
    case .enrolmentOnly: return .enrolmentOnly(authenticated)
    }
  }
}

extension Transaction {
  /// As `authenticate`, and the session is in use: its idle time begins anew, written at most once a
  /// minute.
  func use(_ proof: TokenProof?, idle: SessionLifetime) throws(StorageFault) -> BearerStanding {
    let standing = try authenticate(proof)
    switch standing {
    case .invalid: break
    case .stands(let found), .enrolmentOnly(let found):
      if let renewed = found.session.renewal(at: now, idle) { try touch(found.session.id, idleExpiresAt: renewed) }
    }
    return standing
  }
}

extension Session {
  /// When the session is idle, being used now; nil where it was used hardly earlier: not every use has to be written, at
  /// most each minute or, where sessions are short, each tenth of the time that they may be idle. One that moves no end
  /// is written as well: a limit that is made shorter counts from it.
  func renewal(at now: Instant, _ lifetime: SessionLifetime) -> Instant? {
    let idle = lifetime.idle(of: self)
    if let usedAt, now.milliseconds(since: usedAt) <= Int64(min(60, idle / 10)) * 1000 { return nil }
    return min(now.adding(seconds: idle), expiresAt)
  }
}
