import AnteroomServices

/// Every operation, in the order of the contract. One endpoint, one file; this is their list.
enum Endpoints {
  static func all(_ services: Services) -> [Endpoint] {
    [
      .health(services), .status(services), .openAPI(), .keys(services), .keyPEM(services),
      .showPolicy(services),
      .createAccount(services), .importAccounts(services), .listAccounts(services), .showAccount(services),
      .changeAccount(services), .eraseAccount(services), .exportAccount(services), .changePassword(services),
      .resetPassword(services), .redeemPasswordReset(services), .checkPassword(services),
      .enrolTOTP(services), .confirmTOTP(services),
      .removeTOTP(services), .resetTOTP(services), .replaceRecoveryCodes(services), .listNotifications(services),
      .listSessions(services), .revokeSessions(services), .revokeSession(services),
      .allowDelegate(services), .endDelegate(services),
      .bindIdentity(services), .unbindIdentity(services),
      .listLockouts(services), .clearLockout(services),
      .signIn(services), .federatedSignIn(services), .secondFactor(services), .reauthenticate(services),
      .introspectSession(services),
      .signOut(services),
      .createMeeting(services), .listMeetings(services), .showMeeting(services), .changeMeeting(services),
      .deleteMeeting(services), .openMeeting(services), .lockMeeting(services),
      .unlockMeeting(services), .suspendMeeting(services), .endMeeting(services), .rotatePasscode(services),
      .createInvite(services), .listInvites(services), .deleteInvite(services),
      .simulateJoin(services), .showAttendance(services), .join(services), .listJoins(services),
      .admitJoin(services), .denyJoin(services), .removeJoin(services), .sendBackJoin(services), .changeRole(services),
      .changePublish(services), .messageJoin(services), .admitWaiting(services), .messageWaiting(services),
      .listBans(services), .createBan(services), .deleteBan(services),
      .watchMeeting(services), .showOwnJoin(services), .watchOwnJoin(services), .withdrawJoin(services),
      .leaveJoin(services), .answerNotice(services), .showOwnRecord(services), .reportPresent(services),
      .reportLeft(services), .replaceRoster(services),
      .watchJoins(services), .acknowledgeRevocation(services),
      .redeemGrant(services), .introspectGrant(services), .listAudit(services), .auditCheckpoint(services),
      .verifyAudit(services), .rotateKeys(services),
    ]
  }
}
