package import AnteroomCore

/// Everything that is held about the person behind an account, secrets described and not disclosed.
package struct PersonalData: Sendable {
  /// Of each list at most so many are given, the newest.
  package static let most = 10_000

  package let at: Instant
  package let account: Account
  package let hasPassword: Bool
  package let recoveryFailures: Int
  package let setupCodeExpiresAt: Instant?
  package let sessions: [Session]
  package let devices: [KnownDevice]
  package let authenticators: [Authenticator]
  package let recoveryCodes: Int
  package let identities: [Identity]
  package let delegates: [Delegate]
  package let notifications: [Notification]
  package let hosted: [Meeting]
  package let cohosted: [Meeting]
  package let invites: [Invite]
  package let joins: [(join: Join, consents: [Consent])]
  package let stays: [Stay]
  package let bans: [Ban]
  package let budgets: [BudgetFacts]
  package let audit: [ReadAuditRecord]

  /// The lists of which there is more than was given, by their names.
  package var cut: [String] {
    let lists: [(name: String, count: Int)] = [
      ("sessions", sessions.count), ("known_devices", devices.count), ("meetings_hosted", hosted.count),
      ("meetings_cohosted", cohosted.count), ("invites", invites.count), ("joins", joins.count),
      ("stays", stays.count), ("bans", bans.count), ("budgets", budgets.count), ("audit", audit.count),
    ]
    return lists.filter { $0.count >= PersonalData.most }.map(\.name)
  }
}

extension Snapshot {
  /// Nil where there is no such account.
  func personalData(of id: AccountID, sealing: any AuditSealing) throws(StorageFault) -> PersonalData? {
    guard let credentials = try credentials(of: id) else { return nil }
    let most = PersonalData.most
    var joins: [(join: Join, consents: [Consent])] = []
    for join in try self.joins(of: id, limit: most) { joins.append((join, try consents(of: join.id))) }
    var audit: [ReadAuditRecord] = []
    for record in try auditRecords(about: id, limit: most) {
      // What is sealed under somebody else's salt is about somebody else.
      let isOwn = record.subject == id.text || record.subject.hasPrefix(JoinID.prefix)
      var personal: [UInt8]?
      if isOwn, !record.sealed.isEmpty, let salt = try auditSalt(of: record.subject),
        try join(JoinID(known: record.subject)).map({ $0.join.account == id }) ?? true
      {
        personal = sealing.openPersonal(record.sealed, subjectSalt: salt)
      }
      audit.append(ReadAuditRecord(record: record, personal: personal))
    }
    return PersonalData(
      at: now, account: credentials.account, hasPassword: credentials.hash != nil,
      recoveryFailures: credentials.recoveryFailures,
      setupCodeExpiresAt: try setupCode(of: id).flatMap { $0.isUsed ? nil : $0.expiresAt },
      sessions: try sessions(of: id, after: nil, limit: most).items, devices: try knownDevices(of: id, limit: most),
      authenticators: try authenticators(of: id), recoveryCodes: try recoveryCodeCount(of: id),
      identities: try identities(of: id), delegates: try delegates(of: id),
      notifications: try notifications(of: id, before: nil, limit: Notification.kept).items,
      hosted: try meetings(MeetingFilter(account: id, part: .host), after: nil, limit: most).items,
      cohosted: try meetings(MeetingFilter(account: id, part: .cohost), after: nil, limit: most).items,
      invites: try invites(naming: id, limit: most), joins: joins, stays: try stays(of: id, limit: most),
      bans: try bans(on: id, limit: most), budgets: try budgets(about: id, limit: most), audit: audit)
  }
}
