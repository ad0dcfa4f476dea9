package import AnteroomCore

package enum PersonAnswer<Value: Sendable>: Sendable {
  case done(Value)
  case noAccount
  case invalidToken
  case secondFactorRequired
  /// Not all that the account has was shown a moment ago.
  case reauthenticationRequired
  /// The account is of another version than was expected.
  case stale
}

/// What a person may ask for of what is held about them, and have erased: by themselves, or by an operator for them.
package struct PersonService: Sendable {
  let ports: AccountPorts
  let store: any PatientStore
  let sealing: any AuditSealing

  package init(ports: AccountPorts, store: any PatientStore, sealing: any AuditSealing) {
    self.ports = ports
    self.store = store
    self.sealing = sealing
  }

  /// Erases the person: in one transaction everything that is held goes, with what was signed in, was open or was
  /// hosted; what the audit says of it cannot be read any more, and still verifies. The username is not free again.
  package func erase(
    _ id: AccountID, ifVersion: ExpectedVersion, caller: Caller
  ) async throws(StorageFault) -> PersonAnswer<Void> {
    let lifetime = ports.lifetime
    let digests = ports.digests
    let barred = digests.keyed(.erasure, context: "ban", Array(id.text.utf8).span)
    let answer = try await store.write { tx throws(StorageFault) -> PersonAnswer<Void> in
      let right = try tx.right(to: id, caller, idle: lifetime)
      guard case .done(let account) = right else { return right.refused() }
      if !ifVersion.allows(account.version) { return .stale }
      let cause = Cause(try tx.actor(caller), caller.request, detail: [("by", "erasure")])
      try tx.endAccess(of: id, by: cause.actor, request: cause.request)
      let meetings = try tx.endMeetings(hostedBy: id, cause)
      try tx.append(
        AuditEntry(
          .accountErased, by: cause.actor, subject: id.text, request: cause.request,
          detail: [("meetings", String(meetings)), ("frontend", caller.frontEnd.name)]))
      try tx.noteErased(digests.erased(account.username))
      try tx.erase(id, barredAs: barred)
      tx.wake(.account(id))
      return .done(())
    }
    // What was overwritten in the database is still in its log.
    if case .done = answer { await store.foldLog() }
    return answer
  }

  /// Everything that is held about a person.
  package func export(_ id: AccountID, caller: Caller) async throws(StorageFault) -> PersonAnswer<PersonalData> {
    let lifetime = ports.lifetime
    let right = try await store.write { tx throws(StorageFault) -> PersonAnswer<Account> in
      let right = try tx.right(to: id, caller, idle: lifetime)
      guard case .done = right else { return right }
      try tx.append(
        AuditEntry(
          .accountExported, by: try tx.actor(caller), subject: id.text, request: caller.request,
          detail: [("frontend", caller.frontEnd.name)]))
      return right
    }
    guard case .done = right else { return right.refused() }
    let sealing = sealing
    return try await store.readAtLength { snapshot throws(StorageFault) in
      try snapshot.personalData(of: id, sealing: sealing).map { .done($0) } ?? .noAccount
    }
  }
}

extension PersonAnswer {
  /// The same refusal of something else.
  fileprivate func refused<Other: Sendable>() -> PersonAnswer<Other> {
    switch self {
    case .done: preconditionFailure("what was done is no refusal")
    case .noAccount: .noAccount
    case .invalidToken: .invalidToken
    case .secondFactorRequired: .secondFactorRequired
    case .reauthenticationRequired: .reauthenticationRequired
    case .stale: .stale
    }
  }
}

extension Transaction {
  /// By what right somebody has a person's data, or has it erased: as an operator, or as that person, who showed
  /// everything a moment ago.
  fileprivate func right(
    to id: AccountID, _ caller: Caller, idle lifetime: SessionLifetime
  ) throws(StorageFault) -> PersonAnswer<Account> {
    if caller.actsAsOperator { return try account(id).map { .done($0) } ?? .noAccount }
    switch try use(caller.bearer, idle: lifetime) {
    case .invalid: return .invalidToken
    case .enrolmentOnly: return .secondFactorRequired
    case .stands(let found):
      guard found.account.id == id else { return .invalidToken }
      guard SessionPolicy.hasShownEverything(found.session, of: found.account, at: now) else {
        return .reauthenticationRequired
      }
      return .done(found.account)
    }
  }

  /// Ends and forgets every meeting of an account; how many.
  fileprivate func endMeetings(hostedBy account: AccountID, _ cause: Cause) throws(StorageFault) -> Int {
    var count = 0
    // A meeting that is forgotten is in no list: the first page is always what is left.
    while true {
      let page = try meetings(MeetingFilter(account: account, part: .host), after: nil, limit: 100)
      if page.items.isEmpty { return count }
      for var meeting in page.items {
        try end(&meeting, cause)
        try append(
          AuditEntry(
            .meetingDeleted, by: cause.actor, subject: meeting.id.text, request: cause.request, detail: cause.detail))
        try forget(meeting.id)
        wake(.meeting(meeting.id))
        count += 1
      }
    }
  }
}
