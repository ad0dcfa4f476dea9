package import AnteroomAPI
package import AnteroomCore
package import AnteroomCrypto
package import AnteroomSQLite
package import AnteroomServices
import AnteroomSystem
import AnteroomText
package import Logging
import SecretMemory

/// Why the daemon does not start: what is wrong, and what to do. `exitCode` is the contract's: 1 failed,
/// 9 integrity broken, 10 configuration.
package struct StartFailure: Error, Sendable, CustomStringConvertible {
  package let description: String
  package let exitCode: Int32

  package init(_ description: String, exitCode: Int32) {
    self.description = description
    self.exitCode = exitCode
  }
}

/// The composition root: every part made once and handed to whoever needs it. Nothing else in the
/// program makes a port's implementation.
package struct Composition: Sendable {
  package let api: API
  package let store: SQLiteStore
  package let sweep: SweepService
  package let audit: AuditService
  package let hashing: Argon2Lane
  package let facts: RunningFacts
  package let peers: PeerTable
  package let policies: PolicyTable
  package let signer: GrantSigner
  package let turn: TurnCredentials
  package let issuers: TrustedIssuers
  package let breached: BreachedPasswordList
  /// Fired with what a commit changed.
  package let changed: Signal<EventTopic>

  /// What differs between the daemon, a test and a benchmark.
  package struct Surroundings: Sendable {
    package var clock: any WallClock
    package var randomness: any Randomness
    /// How many closures one commit takes at most; 1 is one commit per request.
    package var groupLimit: Int

    /// Enough that a commit costs each a little; few enough that those who were answered ask again while
    /// the next group is written, instead of all moving in step.
    package static let usualGroup = 32
    /// Rows of budgets that are kept at most: what strangers can make the house remember.
    package var budgetCeiling = 200_000
    package var onFailedCommit: @Sendable (StorageFault) -> Void

    package init(
      clock: any WallClock, randomness: any Randomness, groupLimit: Int = Surroundings.usualGroup,
      onFailedCommit: @escaping @Sendable (StorageFault) -> Void
    ) {
      self.clock = clock
      self.randomness = randomness
      self.groupLimit = groupLimit
      self.onFailedCommit = onFailedCommit
    }
  }

  package init(
    _ configuration: Configuration, root: RootKey, blockedPasswords: [String], surroundings: Surroundings,
    logger: Logger
  ) throws(StartFailure) {
    let randomness = surroundings.randomness
    let digests = KeyedDigests(root: root)
    let seals = AuditSeals(root: root, randomness: randomness)
    let sealer = Sealer(root: root, randomness: randomness)
    let preparation = OpaqueStringPreparation()
    let text = PRECISProfiles()
    let blocklist = PasswordBlocklist(operatorLines: blockedPasswords, preparation: preparation)
    let mint = TokenMint(digests: digests, randomness: randomness)
    changed = Signal<EventTopic>()
    policies = PolicyTable(configuration.policies.book)
    issuers = TrustedIssuers(configuration.issuers)
    let lifetime = SessionLifetime(
      idleSeconds: configuration.sessions.idleSeconds, maxSeconds: configuration.sessions.maxSeconds)
    store = try Composition.open(
      configuration, root: root, seals: seals, changed: changed, policies: policies, lifetime: lifetime, surroundings)
    let clock = DecisionClock(store: store)
    let peppers: Peppers
    do {
      peppers = try Peppers(root: root, directory: configuration.keyDirectory)
    } catch {
      throw StartFailure("The key that passwords are hashed with: \(error)", exitCode: 10)
    }
    do {
      hashing = try Argon2Lane(
        root: root, peppers: peppers, parameters: configuration.passwords.parameters,
        concurrency: configuration.passwords.concurrency,
        queue: configuration.passwords.queue, queueSeconds: configuration.passwords.queueSeconds,
        randomness: randomness)
    } catch {
      throw StartFailure("The memory for hashing passwords could not be had: \(error)", exitCode: 1)
    }
    do {
      signer = try GrantSigner(
        audiences: configuration.audienceEntries, root: root, directory: configuration.keyDirectory,
        randomness: randomness, at: clock.now())
    } catch {
      throw StartFailure("The keys that grants are signed with: \(error)", exitCode: 10)
    }
    do {
      turn = try TurnCredentials(configuration.turn)
    } catch {
      throw StartFailure("The secret of the TURN servers: \(error)", exitCode: 10)
    }
    do {
      breached = BreachedPasswordList(
        try BreachedPasswordList.open(configuration.passwords.breachedFile), preparation: preparation)
    } catch {
      throw StartFailure("passwords.breached_file: \(error)", exitCode: 10)
    }
    let limiter = AttemptLimiter(limits: configuration.attemptLimits, digests: digests)
    let reserved = ReservedNames(adding: configuration.reservedNames, with: text)
    let accountPorts = AccountPorts(
      store: store, clock: clock, randomness: randomness, digests: digests,
      sealing: sealer, hashing: hashing, codes: TOTP(), text: text, reserved: reserved,
      preparation: preparation,
      rules: PasswordRules(blocklist: blocklist, breached: breached, serviceNames: configuration.serviceNames),
      limiter: limiter, mint: mint, lifetime: lifetime)
    let passcodes = Passcodes(digests: digests, randomness: randomness, blocklist: blocklist)
    let admissionPorts = AdmissionPorts(
      store: store, clock: clock, randomness: randomness, text: text, limiter: limiter, mint: mint,
      passcodes: passcodes,
      grants: GrantMaker(
        signing: signer, turn: turn, digests: digests, randomness: randomness, issuer: "anteroom"),
      sealing: seals, digests: digests, reserved: reserved,
      lifetime: lifetime, changed: changed, waitingCeiling: configuration.limits.waitingPerMeeting)
    audit = AuditService(store: store, sealing: seals)
    sweep = SweepService(ports: admissionPorts)
    facts = RunningFacts(store: store, hashing: hashing, clock: surroundings.clock)
    peers = PeerTable(configuration.peers)
    let repetitions = Repetitions()
    let queue = AttemptQueue(
      capacity: configuration.passwords.queue, seconds: configuration.passwords.queueSeconds)
    api = API(
      services: Services(
        accounts: AccountService(ports: accountPorts),
        imports: AccountImportService(ports: accountPorts, foreign: hashing),
        resets: PasswordResetService(ports: accountPorts),
        passwordChange: PasswordChangeService(ports: accountPorts, queue: queue),
        passwordCheck: PasswordCheckService(ports: accountPorts, strength: GuessEstimate()),
        signIn: SignInService(ports: accountPorts, queue: queue),
        secondFactor: SecondFactorService(ports: accountPorts),
        federated: FederatedSignInService(ports: accountPorts, tokens: issuers),
        identities: IdentityService(ports: accountPorts, tokens: issuers),
        person: PersonService(ports: accountPorts, store: store, sealing: seals),
        enrolment: EnrolmentService(ports: accountPorts, queue: queue),
        factors: FactorService(ports: accountPorts, queue: queue),
        reauthentication: ReauthenticationService(ports: accountPorts, queue: queue),
        sessions: SessionService(ports: accountPorts),
        notifications: NotificationService(ports: accountPorts, changed: changed),
        delegates: DelegateService(ports: accountPorts),
        lockouts: LockoutService(store: store, text: text, limiter: limiter, queue: queue),
        meetings: MeetingService(
          store: store, randomness: randomness, passcodes: passcodes, sealing: sealer, lifetime: lifetime),
        invites: InviteService(ports: admissionPorts, sealing: sealer),
        admission: AdmissionService(ports: admissionPorts), ownJoins: OwnJoinService(ports: admissionPorts),
        hostControls: HostControlService(ports: admissionPorts), presence: PresenceService(ports: admissionPorts),
        events: EventService(ports: admissionPorts), grants: GrantService(ports: admissionPorts),
        audit: audit, operation: facts, mint: mint,
        keys: KeyService(store: store, clock: clock, signing: signer, rotating: signer, peppers: peppers),
        peers: peers),
      peers: peers, mint: mint, digests: digests
    ) { request, what in
      guard let unwritten = repetitions.unwritten(before: what, at: clock.now()) else { return }
      var metadata: Logger.Metadata = ["id": "\(request)", "why": "\(what)"]
      if unwritten > 0 { metadata["unwritten"] = "\(unwritten)" }
      logger.error("a request was not answered", metadata: metadata)
    }
  }

  private static func open(
    _ configuration: Configuration, root: RootKey, seals: AuditSeals, changed: Signal<EventTopic>,
    policies: PolicyTable, lifetime: SessionLifetime, _ surroundings: Surroundings
  ) throws(StartFailure) -> SQLiteStore {
    let path = configuration.storePath
    do {
      return try SQLiteStore(
        path: path, rootKeyID: root.id, clock: surroundings.clock, sealing: seals,
        randomness: surroundings.randomness, policies: policies, lifetime: lifetime,
        groupLimit: surroundings.groupLimit,
        budgetCeiling: surroundings.budgetCeiling, changed: changed, onFailedCommit: surroundings.onFailedCommit)
    } catch {
      switch error {
      case .corrupt(let what):
        throw StartFailure("\(path) is damaged: \(what). Restore a backup, and keep this file for a look.", exitCode: 9)
      case .newerSchema:
        throw StartFailure("\(path) was written by a newer version. Start that one, or restore a backup.", exitCode: 1)
      case .notDurable(let mode):
        throw StartFailure(
          "SQLite's synchronous reads \(mode) on \(path) and not FULL: nothing would be kept.", exitCode: 1)
      case .otherRootKey(let id):
        throw StartFailure(
          "\(path) belongs to the root key \(id), and the key directory holds another. Put the right root.key back.",
          exitCode: 10)
      case .unavailable(let what): throw StartFailure("\(path) cannot be opened: \(what)", exitCode: 1)
      }
    }
  }
}

extension Configuration {
  package var attemptLimits: AttemptLimits {
    AttemptLimits(
      sourceFailures: limits.sourceFailures, accountFailures: limits.accountFailures,
      joinFailures: limits.joinFailures, sharedSources: limits.sharedSources)
  }

  /// What people here may connect with the service: front ends and audiences by name, and where links lead. Nobody
  /// is to make a password of them.
  package var serviceNames: [String] {
    frontEnds.map(\.frontEnd.name) + frontEnds.compactMap { $0.frontEnd.link?.host } + audiences
  }

  package var peers: Peers {
    Peers(
      frontEnds: Dictionary(frontEnds.map { ($0.uid, $0.frontEnd) }) { first, _ in first }, audiences: audiences,
      hasAdminGroup: sockets.adminGroup != nil, ownUID: SystemUsers.ownUID)
  }
}
