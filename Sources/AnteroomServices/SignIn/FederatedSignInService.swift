import AnteroomCore
import SecretMemory

package enum FederatedSignInResult: ~Copyable, Sendable {
  case signedIn(StartedSession)
  case secondFactor(StartedChallenge)
  /// Whatever is wrong with the token, used, unknown and disabled alike.
  case refused
  /// The token is right, and the name that it brings is not to be had. Who shows it is proved, and is told.
  case usernameTaken
  case usernameNotAllowed
}

/// Signs people in on the word of an issuer that the configuration trusts. An account is found by issuer and `sub`
/// alone: an address or a name that an issuer lets its people choose would open somebody else's.
package struct FederatedSignInService: Sendable {
  let ports: AccountPorts
  let tokens: any IdentityTokenVerification

  package init(ports: AccountPorts, tokens: any IdentityTokenVerification) {
    self.ports = ports
    self.tokens = tokens
  }

  /// The account that somebody who comes for the first time gets.
  private struct Newcomer: Sendable {
    let id: AccountID
    let salt: [UInt8]
    let username: Username
    let displayName: DisplayName
    let likeness: NameLikeness
  }

  private struct Visitor: Sendable {
    let token: VerifiedIdentityToken
    let tokenDigest: Digest
    let subject: Digest
    /// Nil where no username is to be had from the token.
    let newcomer: Newcomer?
  }

  private enum Next: Sendable {
    case session(Session, Account)
    case challenge(Instant, [SecondFactorMethod])
    case refused, usernameTaken, usernameNotAllowed
  }

  /// `shown` is nil for what is no token at all.
  package func signIn(
    _ shown: UnverifiedIdentityToken?, origin: AttemptLimiter.Origin, knownDevice device: TokenProof?, caller: Caller
  ) async throws(StorageFault) -> FederatedSignInResult {
    let source = ports.limiter.sourceDigest(origin)
    guard let shown, let token = tokens.verify(shown) else {
      try await ports.store.write { tx throws(StorageFault) -> Void in
        try tx.countRefusal(source: source, code: "invalid-credentials")
      }
      return .refused
    }
    let visitor = visitor(token)
    let starter = ports.sessionStarter
    let session = starter.prepare()
    let draft = session.draft
    let challengeID = ports.newID(ChallengeID.self)
    let challenge = ports.mint.mint(.challenge, name: String(challengeID.text.dropFirst(ChallengeID.prefix.count)))
    let challengeDigest = challenge.digest
    let next = try await ports.store.write { tx throws(StorageFault) -> Next in
      switch try accept(visitor, caller, in: tx) {
      case .refused:
        try tx.countRefusal(source: source, code: "invalid-credentials")
        return .refused
      case .usernameTaken: return .usernameTaken
      case .usernameNotAllowed: return .usernameNotAllowed
      case .account(let credentials):
        let account = credentials.account
        let hadBoth = token.claims.hasSecondFactor(under: token.rule)
        let known = try tx.knownDevice(device, of: account.id)
        if account.hasSecondFactor && !hadBoth {
          let expires = tx.now.adding(seconds: SignInPolicy.challengeSeconds)
          try tx.insert(
            Challenge(
              id: challengeID, account: account.id, digest: challengeDigest, expiresAt: expires, knownDevice: known,
              issuer: token.rule.name))
          return .challenge(expires, try tx.secondFactors(of: credentials))
        }
        let started = try starter.start(
          draft, for: credentials, methods: [.federated], factors: hadBoth ? 2 : 1, replacing: known,
          issuer: token.rule.name, caller: caller, in: tx)
        return .session(started.0, started.1)
      }
    }
    switch next {
    case .refused: return .refused
    case .usernameTaken: return .usernameTaken
    case .usernameNotAllowed: return .usernameNotAllowed
    case .challenge(let expiresAt, let methods):
      return .secondFactor(StartedChallenge(token: challenge.token, methods: methods, expiresAt: expiresAt))
    case .session(let started, let account): return .signedIn(session.complete(started, account: account))
    }
  }

  private func visitor(_ token: VerifiedIdentityToken) -> Visitor {
    Visitor(
      token: token,
      // Without the signature: of ECDSA's there are two for each token, and one is made from the other by anybody.
      tokenDigest: ports.digests.keyed(.identity, context: "token", token.signingInput.span),
      subject: ports.digests.subject(token.claims.subject, of: token.rule),
      newcomer: token.rule.provision ? newcomer(token) : nil)
  }

  private func newcomer(_ token: VerifiedIdentityToken) -> Newcomer? {
    guard let typed = token.claims.texts[token.rule.usernameClaim],
      let username = try? Username(parsing: typed, with: ports.text),
      !ports.reserved.forbids(username, with: ports.text)
    else { return nil }
    // At many issuers people choose it themselves: one that claims to be the host is left out.
    let named = try? token.claims.texts["name"].map { try DisplayName(parsing: $0, with: ports.text) }
    let taken = named.flatMap { ports.reserved.forbids($0, with: ports.text) ? nil : $0 }
    guard let displayName = taken ?? (try? DisplayName(parsing: username.text, with: ports.text)) else { return nil }
    return Newcomer(
      id: ports.newID(AccountID.self), salt: ports.randomness.bytes(16), username: username, displayName: displayName,
      likeness: NameLikeness(of: displayName, with: ports.text, digests: ports.digests))
  }

  private enum Acceptance: Sendable {
    case account(Credentials)
    case refused, usernameTaken, usernameNotAllowed
  }

  /// Whom a token lets in, in the transaction that does: a token is good once.
  private func accept(
    _ visitor: Visitor, _ caller: Caller, in tx: any Transaction
  ) throws(StorageFault) -> Acceptance {
    let rule = visitor.token.rule
    let claims = visitor.token.claims
    guard claims.flaw(under: rule, at: tx.now) == nil else { return .refused }
    if let id = try tx.account(of: visitor.subject, issuer: rule.name) {
      // Who lost a factor to an operator's reset gets in by the code of that reset first: an issuer's word was not enough
      // before it, and is not because of it.
      guard let credentials = try tx.credentials(of: id), !credentials.account.disabled, !credentials.isReset,
        try tx.spendIdentityToken(visitor.tokenDigest, expiresAt: claims.refusedFrom)
      else { return .refused }
      return .account(credentials)
    }
    guard rule.provision else { return .refused }
    guard let newcomer = visitor.newcomer else { return .usernameNotAllowed }
    guard try tx.spendIdentityToken(visitor.tokenDigest, expiresAt: claims.refusedFrom) else { return .refused }
    let account = Account(
      id: newcomer.id, username: newcomer.username, displayName: newcomer.displayName, isHost: false,
      vouched: rule.vouched, disabled: false, hasSecondFactor: false, createdAt: tx.now, lastSignInAt: nil, version: 1,
      likeness: newcomer.likeness)
    guard try tx.insertNew(account, salt: newcomer.salt, digests: ports.digests) else { return .usernameTaken }
    guard try tx.bind(visitor.subject, issuer: rule.name, to: account.id),
      let made = try tx.credentials(of: account.id)
    else { preconditionFailure("somebody who was nobody's a moment ago is bound to nobody") }
    try tx.append(
      AuditEntry(
        .accountCreated, by: caller.actor, subject: account.id.text, request: caller.request,
        detail: [("roles", ""), ("vouched", String(rule.vouched)), ("issuer", rule.name)],
        personal: [("username", account.username.text)], salt: newcomer.salt))
    return .account(made)
  }
}

extension Digests {
  /// Who somebody is to an issuer. With its `iss`: another issuer that takes over a name of the configuration does
  /// not take over the people.
  func subject(_ subject: String, of rule: IssuerRule) -> Digest {
    keyed(.identity, context: "sub \(rule.issuer)", Array(subject.utf8).span)
  }
}
