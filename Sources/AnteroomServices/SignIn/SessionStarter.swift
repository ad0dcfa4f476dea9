import AnteroomCore

/// Starts sessions: the random parts are made before the transaction, the rows in it.
package struct SessionStarter: Sendable {
  private let mint: TokenMint
  private let randomness: any Randomness
  let lifetime: SessionLifetime

  package init(mint: TokenMint, randomness: any Randomness, lifetime: SessionLifetime) {
    self.mint = mint
    self.randomness = randomness
    self.lifetime = lifetime
  }

  /// What a transaction needs to know of a session that is being started: no secret.
  struct Draft: Sendable {
    let id: SessionID
    let digest: Digest
    let deviceName: String
    let deviceDigest: Digest
  }

  struct Prepared: ~Copyable, Sendable {
    let draft: Draft
    let token: BearerToken
    let device: BearerToken

    consuming func complete(_ session: Session, account: Account) -> StartedSession {
      if session.isForRecovery {
        return StartedSession(session: session, account: account, token: token, knownDevice: nil)
      }
      return StartedSession(session: session, account: account, token: token, knownDevice: device)
    }
  }

  func prepare() -> Prepared {
    prepare(SessionID(random: randomness.bytes(SessionID.randomByteCount)))
  }

  /// Another token for a session that goes on.
  func prepare(_ id: SessionID) -> Prepared {
    let deviceName = Base32.text(randomness.bytes(17), characters: 26)
    let token = mint.mint(.session, name: String(id.text.dropFirst(SessionID.prefix.count)))
    let device = mint.mint(.knownDevice, name: deviceName)
    let draft = Draft(id: id, digest: token.digest, deviceName: deviceName, deviceDigest: device.digest)
    return Prepared(draft: draft, token: token.token, device: device.token)
  }

  /// Writes the session and its device, and says so in the audit.
  func start(
    _ draft: Draft, for credentials: Credentials, methods: [SignInMethod], factors: Int, replacing device: String?,
    issuer: String? = nil, caller: Caller, in tx: any Transaction
  ) throws(StorageFault) -> (Session, Account) {
    let session = lifetime.session(
      id: draft.id, account: credentials.account.id, methods: methods, factors: factors, at: tx.now)
    for old in try tx.sessions(of: credentials.account.id, beyond: SignInPolicy.sessions - 1) {
      try tx.endJoins(of: credentials.account.id, session: old, by: .system, request: caller.request)
      try tx.deleteSession(old)
    }
    try tx.insert(session, digest: draft.digest)
    // With a complete session a device becomes known; a recovery code's session is none until it has bound
    // a new authenticator.
    if !session.isForRecovery {
      if let device { try tx.deleteKnownDevice(device) }
      try insertDevice(draft, of: credentials.account.id, in: tx)
    }
    var account = credentials.account
    account.lastSignInAt = tx.now
    try tx.update(account)
    let issued: [(key: String, value: String)] = issuer.map { [("issuer", $0)] } ?? []
    try tx.append(
      AuditEntry(
        .sessionStarted, by: .account(account.id), subject: account.id.text, request: caller.request,
        detail: [
          ("session", session.id.text), ("factors", String(factors)),
          ("methods", methods.map(\.rawValue).joined(separator: " ")), ("frontend", caller.frontEnd.name),
        ] + issued))
    try tx.notify(
      .signedIn, of: account.id,
      detail: [
        ("frontend", caller.frontEnd.name), ("session", session.id.text), ("factors", String(factors)),
        ("methods", methods.map(\.rawValue).joined(separator: " ")),
      ] + issued)
    return (session, account)
  }

  /// A session in which a second factor was just bound goes on, with its tickets, under the draft's token; its device
  /// becomes known.
  func goOn(_ old: Session, _ draft: Draft, in tx: any Transaction) throws(StorageFault) -> Session {
    let session = lifetime.gainingSecondFactor(old, at: tx.now)
    try tx.update(session, digest: draft.digest)
    try insertDevice(draft, of: session.account, in: tx)
    return session
  }

  private func insertDevice(_ draft: Draft, of account: AccountID, in tx: any Transaction) throws(StorageFault) {
    try tx.insert(
      KnownDevice(
        id: draft.deviceName, account: account, digest: draft.deviceDigest, failures: 0,
        expiresAt: tx.now.adding(seconds: SignInPolicy.knownDeviceSeconds)))
  }
}
