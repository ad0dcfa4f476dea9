package import AnteroomCore
package import SecretMemory

package struct StartedReset: Sendable {
  package let code: String
  package let expiresAt: Instant
}

package enum PasswordResetResult: ~Copyable, Sendable {
  case done(knownDevice: BearerToken)
  /// Unknown account, wrong, used and expired code alike.
  case refused
  case objection(PasswordObjection)
  case tooManyAttempts(retryAfter: Int)
  case busy(retryAfter: Int)
  case shuttingDown
}

/// Setup and reset codes: an operator starts, the person finishes. Nobody else ever chooses a password.
package struct PasswordResetService: Sendable {
  let ports: AccountPorts
  private let accounts: AccountService

  package init(ports: AccountPorts) {
    self.ports = ports
    self.accounts = AccountService(ports: ports)
  }

  /// A new code; an earlier one dies.
  package func start(_ id: AccountID, caller: Caller) async throws(StorageFault) -> StartedReset? {
    let code = ports.newCode(characters: CodeLength.setup, purpose: .setupCode, context: id.text)
    return try await ports.store.write { tx throws(StorageFault) in
      guard try tx.account(id) != nil else { return nil }
      let expires = tx.now.adding(seconds: SignInPolicy.resetCodeSeconds)
      try tx.setSetupCode(SetupCode(digest: code.digest, expiresAt: expires), of: id)
      try tx.append(AuditEntry(.resetStarted, by: caller.actor, subject: id.text, request: caller.request))
      try tx.notify(.passwordResetStarted, of: id, detail: [])
      return StartedReset(code: code.text, expiresAt: expires)
    }
  }

  private enum Proof: Sendable {
    case proved(Account)
    case refused
    case tooMany(Int)
  }

  /// Proves the code first, uniformly; only then is the new password judged, and a refusal of it does
  /// not spend the code.
  package func redeem(
    username typed: String, code: consuming OneTimeCode, newPassword: consuming SecretBytes,
    origin: AttemptLimiter.Origin, knownDevice: TokenProof?, caller: Caller
  ) async throws(StorageFault) -> PasswordResetResult {
    let username = try? Username(parsing: typed, with: ports.text)
    let (found, standIn) = try await credentials(username)
    // For an unknown account the digest is made all the same, in the name's own context.
    let context = found?.account.id.text ?? "unknown"
    let digest = ports.digest(
      ofTyped: code, characters: CodeLength.setup, purpose: .setupCode, context: context)
    let name = Array((username?.text ?? typed).utf8)
    let account: Account
    switch try await prove(found?.account.id, standIn, digest, name, knownDevice, origin) {
    case .refused: return .refused
    case .tooMany(let seconds): return .tooManyAttempts(retryAfter: seconds)
    case .proved(let proved): account = proved
    }
    let made = try await accounts.hashNew(
      newPassword, username: account.username, displayName: account.displayName,
      hasSecondFactor: account.hasSecondFactor, origin: origin)
    switch made {
    case .refused(.password(let objection)): return .objection(objection)
    case .refused(.busy(let seconds)): return .busy(retryAfter: seconds)
    case .refused: return .shuttingDown
    case .hashed(let hash, let isShort):
      guard let digest else { return .refused }
      return try await set(hash, isShort: isShort, account: account.id, digest: digest, caller: caller)
    }
  }

  /// Whose the name is. Where it is nobody's, somebody else is read in that place: to find nothing takes less time, and
  /// thousands of wrong codes would tell the difference.
  private func credentials(
    _ username: Username?
  ) async throws(StorageFault) -> (found: Credentials?, standIn: AccountID?) {
    try await ports.store.read { snapshot throws(StorageFault) in
      if let username, let found = try snapshot.credentials(named: username) { return (found, nil) }
      return (nil, try snapshot.anyCredentials()?.account.id)
    }
  }

  private func prove(
    _ id: AccountID?, _ standIn: AccountID?, _ digest: Digest?, _ name: [UInt8], _ shown: TokenProof?,
    _ origin: AttemptLimiter.Origin
  ) async throws(StorageFault) -> Proof {
    let limiter = ports.limiter
    return try await ports.store.write { tx throws(StorageFault) in
      let device = try tx.knownDevice(shown, of: id)
      let buckets = limiter.setupCode(name: name, origin: origin, knownDevice: device, account: id)
      if let until = try tx.spentUntil(buckets) {
        try tx.countRefusal(source: limiter.sourceDigest(origin), code: "too-many-attempts")
        return .tooMany(until.secondsToWait(from: tx.now))
      }
      let asked = id ?? standIn
      let code = try asked.flatMap { asked throws(StorageFault) in try tx.setupCode(of: asked) }
      if let id, let digest, let code, code.matches(digest, at: tx.now),
        let account = try tx.account(id), !account.disabled
      {
        if !code.isUsed { return .proved(account) }
        // It was right once: whoever sends a request twice has not guessed.
      } else {
        try tx.commit(buckets)
      }
      try tx.countRefusal(source: limiter.sourceDigest(origin), code: "invalid-credentials")
      return .refused
    }
  }

  /// Spends the code, if it still stands, and ends everything that the old password opened.
  private func set(
    _ hash: PasswordHash, isShort: Bool, account id: AccountID, digest: Digest, caller: Caller
  ) async throws(StorageFault) -> PasswordResetResult {
    let name = Base32.text(ports.randomness.bytes(17), characters: 26)
    let device = ports.mint.mint(.knownDevice, name: name)
    let deviceDigest = device.digest
    let isSet = try await ports.store.write { tx throws(StorageFault) in
      guard let code = try tx.setupCode(of: id), code.matches(digest, at: tx.now), !code.isUsed,
        var account = try tx.account(id), !account.disabled
      else { return false }
      // The factor that let it be short may have been taken off while it was hashed.
      if isShort && !account.hasSecondFactor { return false }
      try tx.spendSetupCode(of: id)
      try tx.setPassword(hash, isShort: isShort, of: id)
      try tx.endAccess(of: id, by: .account(id), request: caller.request)
      try tx.endDelegates(of: id, by: .account(id), request: caller.request)
      try tx.insert(
        KnownDevice(
          id: name, account: id, digest: deviceDigest, failures: 0,
          expiresAt: tx.now.adding(seconds: SignInPolicy.knownDeviceSeconds)))
      account.version += 1
      try tx.update(account)
      try tx.append(AuditEntry(.passwordSet, by: .account(id), subject: id.text, request: caller.request))
      try tx.notify(.passwordReset, of: id, detail: [("frontend", caller.frontEnd.name)])
      return true
    }
    return isSet ? .done(knownDevice: device.token) : .refused
  }
}
