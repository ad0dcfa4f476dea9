package import AnteroomCore
package import SecretMemory

package struct CreatedAccount: Sendable {
  package let account: Account
  /// Shown once; nil where a password was given.
  package let setupCode: String?
}

package enum AccountRefusal: Hashable, Sendable {
  case usernameTaken
  case usernameNotAllowed(Username.Invalid)
  case displayNameNotAllowed
  /// They hold a reserved word, and it is no operator who gives it.
  case usernameReserved
  case displayNameReserved
  /// Roles are the operator's to give.
  case roleNotAllowed
  case profileUnknown
  case password(PasswordObjection)
  case tooManyAttempts(retryAfter: Int)
  case busy(retryAfter: Int)
  case shuttingDown
}

package enum AccountChange: Sendable {
  case changed(Account)
  case notFound
  case stale
  case displayNameNotAllowed
  case displayNameReserved
  case profileUnknown
  case invalidToken
  case tooManyAttempts(retryAfter: Int)
}

/// Makes and changes accounts.
package struct AccountService: Sendable {
  let ports: AccountPorts

  package init(ports: AccountPorts) {
    self.ports = ports
  }

  package struct Draft: ~Copyable, Sendable {
    package let username: String
    package let displayName: String?
    package let password: SecretBytes?
    package let isHost: Bool
    /// Which it is to be bound to.
    package let profile: String?
    package let origin: AttemptLimiter.Origin
    package let caller: Caller

    package init(
      username: String, displayName: String?, password: consuming SecretBytes?, isHost: Bool,
      profile: String?, origin: AttemptLimiter.Origin, caller: Caller
    ) {
      self.username = username
      self.displayName = displayName
      self.password = password
      self.isHost = isHost
      self.profile = profile
      self.origin = origin
      self.caller = caller
    }
  }

  /// Creates an account: by an operator, vouched for; by a front end, within its source's budget and
  /// not. That a sign-up shows which names are taken is known and stated.
  package func create(
    _ draft: consuming Draft, claim: IdempotencyClaim?, render: @escaping @Sendable (CreatedAccount) -> [UInt8]
  ) async throws(StorageFault) -> Creation<CreatedAccount, AccountRefusal> {
    let caller = draft.caller
    let origin = draft.origin
    let isHost = draft.isHost
    let profile = draft.profile
    let isOperator = caller.actsAsOperator
    if (isHost || profile != nil) && !isOperator { return .refused(.roleNotAllowed) }
    let username: Username
    do {
      username = try Username(parsing: draft.username, with: ports.text)
    } catch {
      return .refused(.usernameNotAllowed(error))
    }
    guard let displayName = try? DisplayName(parsing: draft.displayName ?? username.text, with: ports.text) else {
      return .refused(.displayNameNotAllowed)
    }
    if !isOperator {
      if ports.reserved.forbids(username, with: ports.text) { return .refused(.usernameReserved) }
      if ports.reserved.forbids(displayName, with: ports.text) { return .refused(.displayNameReserved) }
    }
    // Before anything is hashed: a registration that is not taken must not cost more than asking. Each
    // counts and none is given back.
    let budget = isOperator ? [] : ports.limiter.registration(name: Array(username.text.utf8), origin: origin)
    var standing = Registration.new
    if !budget.isEmpty {
      standing = try await ports.store.write { tx throws(StorageFault) -> Registration in
        // A repetition of what was answered already costs nothing, and is not hashed.
        if let claim, try tx.idempotencyRecord(claim.scope) != nil { return .repeated }
        if let until = try tx.spentUntil(budget) { return .spent(until.secondsToWait(from: tx.now)) }
        try tx.commit(budget)
        return .new
      }
    }
    if case .spent(let seconds) = standing { return .refused(.tooManyAttempts(retryAfter: seconds)) }
    let isRepeated = standing == .repeated
    var hash: PasswordHash?
    if !isRepeated, let typed = draft.password {
      let made = try await hashNew(
        typed, username: username, displayName: displayName, hasSecondFactor: false, origin: origin)
      switch made {
      case .hashed(let made, isShort: _): hash = made
      case .refused(let refusal): return .refused(refusal)
      }
    }
    let id = ports.newID(AccountID.self)
    let salt = ports.randomness.bytes(16)
    let code = hash == nil ? ports.newCode(characters: CodeLength.setup, purpose: .setupCode, context: id.text) : nil
    let passwordHash = hash
    let likeness = NameLikeness(of: displayName, with: ports.text, digests: ports.digests)
    return try await ports.store.write { tx throws(StorageFault) in
      try tx.once(claim, sealing: ports.sealing, render: render, about: { $0.account.id }) { () throws(StorageFault) in
        // The first answer was forgotten in this very moment.
        if isRepeated { return .refused(.busy(retryAfter: 1)) }
        let account = Account(
          id: id, username: username, displayName: displayName, isHost: isHost, vouched: isOperator, disabled: false,
          hasSecondFactor: false, createdAt: tx.now, lastSignInAt: nil, version: 1, profile: profile,
          likeness: likeness, isNameGiven: isOperator)
        if let profile, tx.policies.profiles[profile] == nil { return .refused(.profileUnknown) }
        guard try tx.insertNew(account, salt: salt, digests: ports.digests) else { return .refused(.usernameTaken) }
        if let passwordHash { try tx.setPassword(passwordHash, isShort: false, of: id) }
        if let code {
          let expires = tx.now.adding(seconds: SignInPolicy.setupCodeSeconds)
          try tx.setSetupCode(SetupCode(digest: code.digest, expiresAt: expires), of: id)
        }
        try tx.append(
          AuditEntry(
            .accountCreated, by: caller.actor, subject: id.text, request: caller.request,
            detail: [("roles", isHost ? "host" : ""), ("vouched", String(isOperator))]
              + (profile.map { [("profile", $0)] } ?? []),
            personal: [("username", username.text)], salt: salt))
        return .created(CreatedAccount(account: account, setupCode: code?.text))
      }
    }
  }

  private enum Registration: Hashable, Sendable { case new, repeated, spent(Int) }

  enum NewHash: Sendable {
    case hashed(PasswordHash, isShort: Bool)
    case refused(AccountRefusal)
  }

  /// Judges a new password and hashes it.
  func hashNew(
    _ typed: borrowing SecretBytes, username: Username, displayName: DisplayName, hasSecondFactor: Bool,
    origin: AttemptLimiter.Origin
  ) async throws(StorageFault) -> NewHash {
    let password: Password
    do {
      password = try ports.preparation.prepare(typed)
    } catch {
      return .refused(
        .password(PasswordObjection(error, minimum: PasswordLength.minimum(hasSecondFactor: hasSecondFactor))))
    }
    let objection = try await ports.rules.objection(
      to: password, username: username, displayName: displayName, hasSecondFactor: hasSecondFactor)
    if let objection { return .refused(.password(objection)) }
    let isShort = password.codePoints < PasswordLength.alone
    do {
      return .hashed(try await ports.hashing.hash(password, fairness: origin.text), isShort: isShort)
    } catch {
      switch error {
      case .busy(let retryAfter): return .refused(.busy(retryAfter: retryAfter))
      case .shuttingDown: return .refused(.shuttingDown)
      }
    }
  }

  package func list(
    after cursor: Int64?, limit: Int, username: String?
  ) async throws(StorageFault) -> Page<Account> {
    var wanted: Username?
    if let username {
      guard let parsed = try? Username(parsing: username, with: ports.text) else { return Page(items: [], next: nil) }
      wanted = parsed
    }
    let name = wanted
    return try await ports.store.read { snapshot throws(StorageFault) in
      try snapshot.accounts(after: cursor, limit: limit, username: name)
    }
  }

  package func show(_ id: AccountID) async throws(StorageFault) -> Account? {
    try await ports.store.read { snapshot throws(StorageFault) in try snapshot.account(id) }
  }

  package struct Change: Sendable {
    package var displayName: String?
    package var disabled: Bool?
    package var isHost: Bool?
    package var vouched: Bool?
    package var profile: FieldChange<String>
    package var ifVersion: ExpectedVersion

    package init(
      displayName: String?, disabled: Bool?, isHost: Bool?, vouched: Bool?, profile: FieldChange<String>,
      ifVersion: ExpectedVersion
    ) {
      self.displayName = displayName
      self.disabled = disabled
      self.isHost = isHost
      self.vouched = vouched
      self.profile = profile
      self.ifVersion = ifVersion
    }
  }

  /// Changes an account. Whoever is disabled is signed out everywhere in the same transaction, and a code to set a
  /// password by is none any more.
  package func change(_ id: AccountID, _ change: Change, caller: Caller) async throws(StorageFault) -> AccountChange {
    var parsed: DisplayName?
    if let typed = change.displayName {
      guard let name = try? DisplayName(parsing: typed, with: ports.text) else { return .displayNameNotAllowed }
      parsed = name
    }
    let displayName = parsed
    let likeness = parsed.map { NameLikeness(of: $0, with: ports.text, digests: ports.digests) }
    let isGiven = caller.actsAsOperator
    let isReserved = !isGiven && parsed.map { ports.reserved.forbids($0, with: ports.text) } == true
    let lifetime = ports.lifetime
    let budget = ports.limiter.changes(of: id)
    return try await ports.store.write { tx throws(StorageFault) in
      if caller.bearer != nil {
        // Asked again here: the session may have ended since the request was let in.
        guard case .stands(let found) = try tx.use(caller.bearer, idle: lifetime), found.account.id == id else {
          return .invalidToken
        }
      }
      guard let credentials = try tx.credentials(of: id) else { return .notFound }
      var account = credentials.account
      if !change.ifVersion.allows(account.version) { return .stale }
      var changes: [(key: String, value: String)] = []
      if let displayName, displayName != account.displayName {
        if isReserved { return .displayNameReserved }
        account.displayName = displayName
        account.likeness = likeness
        account.isNameGiven = isGiven
        changes.append(("display_name", "changed"))
      } else if displayName != nil, isGiven, !account.isNameGiven {
        account.isNameGiven = true
        changes.append(("display_name", "given"))
      }
      if let disabled = change.disabled, disabled != account.disabled {
        account.disabled = disabled
        changes.append(("disabled", String(disabled)))
      }
      if let isHost = change.isHost, isHost != account.isHost {
        account.isHost = isHost
        changes.append(("roles", isHost ? "host" : ""))
      }
      if let vouched = change.vouched, vouched != account.vouched {
        account.vouched = vouched
        changes.append(("vouched", String(vouched)))
      }
      let profile = change.profile.applied(to: account.profile)
      if profile != account.profile {
        if let profile, tx.policies.profiles[profile] == nil { return .profileUnknown }
        account.profile = profile
        changes.append(("profile", profile ?? "none"))
      }
      guard !changes.isEmpty else { return .changed(account) }
      if caller.bearer != nil, let seconds = try tx.countOwnChange(budget) {
        return .tooManyAttempts(retryAfter: seconds)
      }
      account.version += 1
      try tx.update(account)
      if change.profile != .keep { try tx.followProfile(of: account, Cause(try tx.actor(caller), caller.request)) }
      if account.disabled {
        // A code that was given out is a way in as well: enabled again, the account must not be whoever's has it.
        try tx.setSetupCode(nil, of: id)
        try tx.endAccess(of: id, by: caller.actor, request: caller.request)
      }
      if account.disabled != credentials.account.disabled {
        try tx.notify(account.disabled ? .accountDisabled : .accountEnabled, of: id, detail: [])
      }
      let actor = try tx.actor(caller)
      try tx.append(
        AuditEntry(
          .accountChanged, by: actor, subject: id.text, request: caller.request, detail: changes,
          personal: displayName.map { [("display_name", $0.text)] } ?? [], salt: credentials.salt))
      return .changed(account)
    }
  }
}

extension Transaction {
  /// An account's meetings are no looser than the profile that it is bound to, from now on: whoever was let in and may
  /// not come any more goes back.
  fileprivate func followProfile(of account: Account, _ cause: Cause) throws(StorageFault) {
    try setHostProfile(account.profile, of: account.id)
    for id in try openMeetings(hostedBy: account.id) {
      guard var meeting = try meeting(id) else { continue }
      // Who stands in line may never have been asked for what the policy asks for now.
      if meeting.policy.passcode != .off {
        try markWaiting(in: &meeting, membersToo: meeting.policy.passcode == .everyone)
      }
      try applyStricterPolicy(to: &meeting, cause)
    }
  }
}

extension Snapshot {
  /// Who is answerable for what the caller does: the person behind its bearer where there is one. The
  /// bearer was checked by whoever calls this.
  func actor(_ caller: Caller) throws(StorageFault) -> AuditActor {
    guard let bearer = caller.bearer else { return caller.actor }
    switch bearer.kind {
    case .session:
      let stored = try session(SessionID(known: SessionID.prefix + bearer.name))
      return stored.map { .account($0.session.account) } ?? caller.actor
    case .ticket: return .join(JoinID(known: JoinID.prefix + bearer.name))
    case .challenge, .knownDevice: return caller.actor
    }
  }
}

extension PasswordObjection {
  /// - Parameter minimum: how long a password has to be
  init(_ unfit: PasswordUnfit, minimum: Int) {
    switch unfit {
    case .empty: self = .tooShort(minimum: minimum)
    case .tooLong: self = .tooLong
    case .notAllowed: self = .notAllowed
    }
  }
}
