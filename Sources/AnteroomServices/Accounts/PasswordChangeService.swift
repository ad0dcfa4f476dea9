import AnteroomCore
package import SecretMemory

package enum PasswordChangeResult: Sendable {
  case changed
  case objection(PasswordObjection)
  /// The account is of another version than was expected.
  case stale
  case refused(CredentialRefusal)
}

/// A signed-in person chooses another password.
package struct PasswordChangeService: Sendable {
  let ports: AccountPorts
  private let passwords: PasswordConfirmation
  private let accounts: AccountService

  package init(ports: AccountPorts, queue: AttemptQueue) {
    self.ports = ports
    passwords = PasswordConfirmation(ports: ports, queue: queue)
    accounts = AccountService(ports: ports)
  }

  /// What the session may change now.
  private struct Standing: Sendable {
    let session: SessionID
    let account: Account
    /// Of the password that is to be shown.
    let generation: Int64
  }

  /// The current password is shown first; the new one is judged then, but for what is no password at all, which is
  /// refused before any work. All that the old one opened ends, and the session that changed it goes on.
  package func change(
    current: consuming SecretBytes, new: consuming SecretBytes, ifVersion: ExpectedVersion,
    origin: AttemptLimiter.Origin, caller: Caller
  ) async throws(StorageFault) -> PasswordChangeResult {
    do {
      _ = try ports.preparation.prepare(new)
    } catch {
      return .objection(PasswordObjection(error, minimum: PasswordLength.alone))
    }
    let opening = try await ports.store.read { snapshot throws(StorageFault) in
      try PasswordChangeService.standing(caller, in: snapshot)
    }
    let found: Standing
    switch opening {
    case .refused(let refusal): return .refused(refusal)
    case .stands(let standing): found = standing
    }
    if !ifVersion.allows(found.account.version) { return .stale }
    switch try await passwords.confirm(current, origin: origin, caller: caller) {
    case .right: break
    case .refused(let refusal): return .refused(refusal)
    }
    let made = try await accounts.hashNew(
      new, username: found.account.username, displayName: found.account.displayName,
      hasSecondFactor: found.account.hasSecondFactor, origin: origin)
    switch made {
    case .refused(.password(let objection)): return .objection(objection)
    case .refused(.busy(let seconds)): return .refused(.busy(retryAfter: seconds))
    case .refused: return .refused(.shuttingDown)
    case .hashed(let hash, let isShort):
      return try await set(hash, isShort: isShort, after: found, ifVersion: ifVersion, caller: caller)
    }
  }

  private enum Opening: Sendable { case stands(Standing), refused(CredentialRefusal) }

  private static func standing(
    _ caller: Caller, in snapshot: any Snapshot
  ) throws(StorageFault) -> Opening {
    switch try snapshot.authenticate(caller.bearer) {
    case .invalid: return .refused(.invalidToken)
    case .enrolmentOnly: return .refused(.secondFactorRequired)
    case .stands(let found):
      guard found.session.methods.contains(.totp) || !found.account.hasSecondFactor else {
        return .refused(.secondFactorRequired)
      }
      guard let credentials = try snapshot.credentials(of: found.account.id) else { return .refused(.invalidToken) }
      return .stands(
        Standing(session: found.session.id, account: found.account, generation: credentials.passwordGeneration))
    }
  }

  private func set(
    _ hash: PasswordHash, isShort: Bool, after found: Standing, ifVersion: ExpectedVersion, caller: Caller
  ) async throws(StorageFault) -> PasswordChangeResult {
    let lifetime = ports.lifetime
    return try await ports.store.write { tx throws(StorageFault) in
      _ = try tx.use(caller.bearer, idle: lifetime)
      guard case .stands(let now) = try PasswordChangeService.standing(caller, in: tx),
        now.session == found.session
      else { return .refused(.invalidToken) }
      // Of two that change it at once, the second one has shown a password that is none any more.
      guard now.generation == found.generation else { return .refused(.invalidCredentials) }
      if !ifVersion.allows(now.account.version) { return .stale }
      // The factor that let it be short may have been taken off meanwhile.
      if isShort && !now.account.hasSecondFactor { return .objection(.tooShort(minimum: PasswordLength.alone)) }
      var account = now.account
      let id = account.id
      try tx.setPassword(hash, isShort: isShort, of: id)
      // A code that would set yet another was asked for by whoever did not know the password.
      try tx.setSetupCode(nil, of: id)
      try tx.endAccess(of: id, except: now.session, by: .account(id), request: caller.request)
      account.version += 1
      try tx.update(account)
      try tx.append(
        AuditEntry(
          .passwordChanged, by: .account(id), subject: id.text, request: caller.request,
          detail: [("session", now.session.text)]))
      try tx.notify(.passwordChanged, of: id, detail: [])
      return .changed
    }
  }
}
