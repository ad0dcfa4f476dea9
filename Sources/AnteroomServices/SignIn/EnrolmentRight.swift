import AnteroomCore

/// Whether a session may bind an authenticator to its account.
enum EnrolmentRight: Sendable {
  case may(AuthenticatedSession)
  case refused(CredentialRefusal)
  /// The account's second factor is disabled.
  case conflict
}

extension Snapshot {
  /// A stolen session and a password that was read over a shoulder must not bind another phone: where there is a second
  /// factor it takes that one, shown a moment ago (`asksAnew`), or one of the recovery codes. A disabled one counts, or
  /// twenty wrong codes would be the way around it.
  func enrolmentRight(
    _ caller: Caller, asksAnew: Bool
  ) throws(StorageFault) -> EnrolmentRight {
    guard let found = try authenticate(caller.bearer).session else { return .refused(.invalidToken) }
    guard let confirmed = try authenticator(of: found.account.id, confirmed: true), !found.session.isForRecovery else {
      return .may(found)
    }
    // The one that is kept here: an issuer's word for another does not take its place.
    if found.session.factors < 2 || !found.session.methods.contains(.totp) {
      return .refused(.secondFactorRequired)
    }
    if confirmed.state.disabled { return .conflict }
    if asksAnew && now > found.session.authenticatedAt.adding(seconds: SignInPolicy.credentialChangeSeconds) {
      return .refused(.reauthenticationRequired)
    }
    return .may(found)
  }
}

extension BearerStanding {
  /// The session in either standing: for what a session that may only enrol may do too.
  package var session: AuthenticatedSession? {
    switch self {
    case .stands(let session), .enrolmentOnly(let session): session
    case .invalid: nil
    }
  }
}
