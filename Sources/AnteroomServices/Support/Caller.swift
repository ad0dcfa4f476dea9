package import AnteroomCore

/// What a front end may do; the contract's section 2.
package enum Permission: String, Sendable, CaseIterable {
  case sessions, accounts, meetings, joins, grants, events, schedule, doors
}

/// A local process that conferencing runs, as the configuration names it.
package struct FrontEnd: Hashable, Sendable {
  package let name: String
  package let permissions: Set<Permission>
  /// The audiences it may ask grants for, the default first.
  package let audiences: [String]
  /// Whether its word about where somebody comes from is believed.
  package let isBelievedOnSource: Bool
  /// What its clients are, where the configuration fixes it.
  package let clientKind: ClientKind?
  /// What links to meetings are made of, where it wants any.
  package let link: LinkTemplate?

  package init(
    name: String, permissions: Set<Permission>, audiences: [String], isBelievedOnSource: Bool, clientKind: ClientKind?,
    link: LinkTemplate?
  ) {
    self.name = name
    self.permissions = permissions
    self.audiences = audiences
    self.isBelievedOnSource = isBelievedOnSource
    self.clientKind = clientKind
    self.link = link
  }
}

/// Who asks: the process at the socket, and the person it speaks for where it shows a bearer.
package struct Caller: Sendable {
  package let request: RequestID
  package let frontEnd: FrontEnd
  /// Set on the admin socket, where no bearer is needed.
  package let operatorUID: UInt32?
  /// A token that was shown and has not been checked: only a transaction can.
  package let bearer: TokenProof?

  package init(request: RequestID, frontEnd: FrontEnd, operatorUID: UInt32?, bearer: TokenProof?) {
    self.request = request
    self.frontEnd = frontEnd
    self.operatorUID = operatorUID
    self.bearer = bearer
  }

  /// Who is answerable where no person is known.
  package var actor: AuditActor {
    if let operatorUID { return .operator(uid: operatorUID) }
    return .frontEnd(frontEnd.name)
  }

  /// An operator acts as such only without a bearer: with one, it speaks for that person.
  package var actsAsOperator: Bool { operatorUID != nil && bearer == nil }
}
