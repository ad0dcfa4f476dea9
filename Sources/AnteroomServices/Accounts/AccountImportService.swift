package import AnteroomCore
package import SecretMemory

/// One account of another program, and what became of it here.
package struct ImportedAccount: Sendable {
  package enum Outcome: Sendable {
    /// Made, or would be. Without a `scheme` its owner sets a password by the setup code, which is shown once;
    /// `objection` is why the old one does not count.
    case imported(AccountID?, scheme: String?, setupCode: String?, objection: ForeignHashObjection?)
    /// Made by an earlier call from the same name and hash. Without a password its owner still waits for a code: the
    /// answer that held it may never have arrived.
    case exists(AccountID, hasPassword: Bool)
    case refused(Reason)
  }

  package enum Reason: Hashable, Sendable {
    case usernameNotAllowed(Username.Invalid)
    case displayNameNotAllowed
    case usernameTaken
    case namedTwice
    case profileUnknown
    case hash(ForeignHashObjection)
  }

  /// As it is kept, or as it was written where it cannot be.
  package let username: String
  package let outcome: Outcome
}

/// Takes over accounts with the password hashes of the program that they come from, for operators.
package struct AccountImportService: Sendable {
  private let ports: AccountPorts
  private let foreign: any ForeignHashReader

  package init(ports: AccountPorts, foreign: any ForeignHashReader) {
    self.ports = ports
    self.foreign = foreign
  }

  /// So many in one call, and one transaction.
  package static let most = 50

  package struct Draft: Sendable {
    package let username: String
    package let displayName: String?
    package let isHost: Bool
    package let vouched: Bool
    package let profile: String?
    package let hash: SecretBox?

    package init(
      username: String, displayName: String?, isHost: Bool, vouched: Bool, profile: String?, hash: SecretBox?
    ) {
      self.username = username
      self.displayName = displayName
      self.isHost = isHost
      self.vouched = vouched
      self.profile = profile
      self.hash = hash
    }
  }

  /// What is made of a draft before the transaction.
  fileprivate struct Candidate: Sendable {
    let account: Account
    let salt: [UInt8]
    let hash: PasswordHash?
    let scheme: String?
    let objection: ForeignHashObjection?
    let code: TypedCode
    /// Which name and hash it came from: the same again are the same account, and others with its name are not.
    let mark: Digest
    let erasedName: Digest
  }

  private enum Prepared: Sendable {
    case candidate(Candidate)
    case settled(ImportedAccount)
  }

  /// Decides all drafts, and writes what was decided unless it is a trial. To repeat a call is harmless: what it made
  /// is there, and is said to be.
  package func run(
    _ drafts: [Draft], isTrial: Bool, caller: Caller
  ) async throws(StorageFault) -> [ImportedAccount] {
    let now = ports.clock.now()
    var names: Set<Username> = []
    let prepared = drafts.map { draft in
      let made = prepare(draft, at: now)
      guard case .candidate(let candidate) = made, !names.insert(candidate.account.username).inserted else {
        return made
      }
      return .settled(ImportedAccount(username: candidate.account.username.text, outcome: .refused(.namedTwice)))
    }
    if isTrial {
      return try await ports.store.read { snapshot throws(StorageFault) in
        var results: [ImportedAccount] = []
        for item in prepared {
          switch item {
          case .settled(let result): results.append(result)
          case .candidate(let candidate):
            let obstacle = try AccountImportService.obstacle(to: candidate, in: snapshot)
            results.append(candidate.result(obstacle ?? candidate.asImported(id: nil, code: nil)))
          }
        }
        return results
      }
    }
    return try await ports.store.write { tx throws(StorageFault) in
      var results: [ImportedAccount] = []
      for item in prepared {
        switch item {
        case .settled(let result): results.append(result)
        case .candidate(let candidate):
          results.append(candidate.result(try AccountImportService.keep(candidate, caller: caller, in: tx)))
        }
      }
      return results
    }
  }

  private func prepare(_ draft: Draft, at now: Instant) -> Prepared {
    func refused(_ reason: ImportedAccount.Reason, _ name: String) -> Prepared {
      .settled(ImportedAccount(username: name, outcome: .refused(reason)))
    }
    let username: Username
    do {
      username = try Username(parsing: draft.username, with: ports.text)
    } catch {
      return refused(.usernameNotAllowed(error), draft.username)
    }
    guard let displayName = try? DisplayName(parsing: draft.displayName ?? username.text, with: ports.text) else {
      return refused(.displayNameNotAllowed, username.text)
    }
    let written = draft.hash?.take() ?? SecretBytes(copying: [])
    // The mark stays when the hash is replaced. Of a value that may be the password itself, or a quick digest without a
    // salt, nothing goes into it: with the keys it would be guessed against for as long as the account is there.
    var mark = ports.digests.keyed(.importMark, context: username.text, [UInt8]().span)
    var hash: PasswordHash?
    var scheme: String?
    var objection: ForeignHashObjection?
    switch foreign.read(written) {
    case .none: break
    case .taken(let taken, let name, let isSalted):
      (hash, scheme) = (taken, name)
      if isSalted { mark = written.withBytes { ports.digests.keyed(.importMark, context: username.text, $0) } }
    case .objection(let found) where found.isHostile: return refused(.hash(found), username.text)
    case .objection(let found): objection = found
    }
    let id = ports.newID(AccountID.self)
    let account = Account(
      id: id, username: username, displayName: displayName, isHost: draft.isHost, vouched: draft.vouched,
      disabled: false, hasSecondFactor: false, createdAt: now, lastSignInAt: nil, version: 1, profile: draft.profile,
      likeness: NameLikeness(of: displayName, with: ports.text, digests: ports.digests))
    return .candidate(
      Candidate(
        account: account, salt: ports.randomness.bytes(16), hash: hash, scheme: scheme, objection: objection,
        code: ports.newCode(characters: CodeLength.setup, purpose: .setupCode, context: id.text), mark: mark,
        erasedName: ports.digests.erased(username)))
  }

  /// Why it is not made, asked of what stands at this moment.
  private static func obstacle(
    to candidate: Candidate, in snapshot: any Snapshot
  ) throws(StorageFault) -> ImportedAccount.Outcome? {
    if let profile = candidate.account.profile, snapshot.policies.profiles[profile] == nil {
      return .refused(.profileUnknown)
    }
    if try snapshot.wasErased(candidate.erasedName) { return .refused(.usernameTaken) }
    guard let there = try snapshot.credentials(named: candidate.account.username) else { return nil }
    let isSame = try snapshot.importMark(of: there.account.id)?.equalsInConstantTime(candidate.mark) ?? false
    return isSame ? .exists(there.account.id, hasPassword: there.hash != nil) : .refused(.usernameTaken)
  }

  private static func keep(
    _ candidate: Candidate, caller: Caller, in tx: any Transaction
  ) throws(StorageFault) -> ImportedAccount.Outcome {
    if let obstacle = try obstacle(to: candidate, in: tx) { return obstacle }
    let account = candidate.account
    // A name may be taken though nobody has it any more.
    guard try tx.insert(account, salt: candidate.salt) else { return .refused(.usernameTaken) }
    if let hash = candidate.hash {
      // How long it is, nobody knows before it is typed: until then it does not stand alone.
      try tx.setPassword(hash, isShort: true, of: account.id)
    } else {
      let expires = tx.now.adding(seconds: SignInPolicy.setupCodeSeconds)
      try tx.setSetupCode(SetupCode(digest: candidate.code.digest, expiresAt: expires), of: account.id)
    }
    try tx.setImportMark(candidate.mark, of: account.id)
    try tx.append(
      AuditEntry(
        .accountImported, by: caller.actor, subject: account.id.text, request: caller.request,
        detail: [
          ("scheme", candidate.scheme ?? "none"), ("roles", account.isHost ? "host" : ""),
          ("vouched", String(account.vouched)),
        ] + (account.profile.map { [("profile", $0)] } ?? []),
        personal: [("username", account.username.text)], salt: candidate.salt))
    return candidate.asImported(id: account.id, code: candidate.hash == nil ? candidate.code.text : nil)
  }
}

extension AccountImportService.Candidate {
  fileprivate func result(_ outcome: ImportedAccount.Outcome) -> ImportedAccount {
    ImportedAccount(username: account.username.text, outcome: outcome)
  }

  fileprivate func asImported(id: AccountID?, code: String?) -> ImportedAccount.Outcome {
    .imported(id, scheme: scheme, setupCode: code, objection: objection)
  }
}
