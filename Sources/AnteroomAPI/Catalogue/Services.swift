package import AnteroomServices

/// The use cases that endpoints call.
package final class Services: Sendable {
  package let accounts: AccountService
  package let imports: AccountImportService
  package let resets: PasswordResetService
  package let passwordChange: PasswordChangeService
  package let passwordCheck: PasswordCheckService
  package let signIn: SignInService
  package let secondFactor: SecondFactorService
  package let federated: FederatedSignInService
  package let identities: IdentityService
  package let person: PersonService
  package let enrolment: EnrolmentService
  package let factors: FactorService
  package let reauthentication: ReauthenticationService
  package let sessions: SessionService
  package let notifications: NotificationService
  package let delegates: DelegateService
  package let lockouts: LockoutService
  package let meetings: MeetingService
  package let invites: InviteService
  package let admission: AdmissionService
  package let ownJoins: OwnJoinService
  package let hostControls: HostControlService
  package let presence: PresenceService
  package let events: EventService
  package let grants: GrantService
  package let audit: AuditService
  package let operation: any OperationFacts
  package let mint: TokenMint
  package let keys: KeyService
  package let peers: PeerTable

  package init(
    accounts: AccountService, imports: AccountImportService, resets: PasswordResetService,
    passwordChange: PasswordChangeService, passwordCheck: PasswordCheckService, signIn: SignInService,
    secondFactor: SecondFactorService,
    federated: FederatedSignInService, identities: IdentityService, person: PersonService,
    enrolment: EnrolmentService,
    factors: FactorService, reauthentication: ReauthenticationService,
    sessions: SessionService, notifications: NotificationService,
    delegates: DelegateService, lockouts: LockoutService, meetings: MeetingService, invites: InviteService,
    admission: AdmissionService,
    ownJoins: OwnJoinService, hostControls: HostControlService, presence: PresenceService,
    events: EventService, grants: GrantService, audit: AuditService,
    operation: any OperationFacts, mint: TokenMint, keys: KeyService, peers: PeerTable
  ) {
    self.accounts = accounts
    self.imports = imports
    self.resets = resets
    self.passwordChange = passwordChange
    self.passwordCheck = passwordCheck
    self.signIn = signIn
    self.secondFactor = secondFactor
    self.federated = federated
    self.identities = identities
    self.person = person
    self.enrolment = enrolment
    self.factors = factors
    self.reauthentication = reauthentication
    self.sessions = sessions
    self.notifications = notifications
    self.delegates = delegates
    self.lockouts = lockouts
    self.meetings = meetings
    self.invites = invites
    self.admission = admission
    self.ownJoins = ownJoins
    self.hostControls = hostControls
    self.presence = presence
    self.events = events
    self.grants = grants
    self.audit = audit
    self.operation = operation
    self.mint = mint
    self.keys = keys
    self.peers = peers
  }
}
