package import AnteroomCore

package enum IdentityBinding: Hashable, Sendable {
  case done
  case noAccount, noIssuer
  /// It is another account's.
  case taken
}

/// Binds accounts to who they are elsewhere: an operator's word, since a name says nothing.
package struct IdentityService: Sendable {
  let ports: AccountPorts
  let tokens: any IdentityTokenVerification

  package init(ports: AccountPorts, tokens: any IdentityTokenVerification) {
    self.ports = ports
    self.tokens = tokens
  }

  /// In place of who the account was to that issuer before.
  package func bind(
    _ subject: String, issuer: String, to id: AccountID, caller: Caller
  ) async throws(StorageFault) -> IdentityBinding {
    guard let rule = tokens.issuer(named: issuer) else { return .noIssuer }
    let digest = ports.digests.subject(subject, of: rule)
    return try await ports.store.write { tx throws(StorageFault) in
      guard try tx.account(id) != nil else { return .noAccount }
      if let owner = try tx.account(of: digest, issuer: issuer) { return owner == id ? .done : .taken }
      _ = try tx.unbind(issuer: issuer, from: id)
      guard try tx.bind(digest, issuer: issuer, to: id) else { return .taken }
      try changed(id, issuer, isBound: true, caller, in: tx)
      return .done
    }
  }

  /// Also of an issuer that is configured no more.
  package func unbind(
    issuer: String, from id: AccountID, caller: Caller
  ) async throws(StorageFault) -> IdentityBinding {
    try await ports.store.write { tx throws(StorageFault) in
      guard try tx.account(id) != nil else { return .noAccount }
      if try tx.unbind(issuer: issuer, from: id) { try changed(id, issuer, isBound: false, caller, in: tx) }
      return .done
    }
  }

  /// How an account is signed in to has changed: what was signed in before ends, as with a password.
  private func changed(
    _ id: AccountID, _ issuer: String, isBound: Bool, _ caller: Caller, in tx: any Transaction
  ) throws(StorageFault) {
    try tx.endAccess(of: id, by: caller.actor, request: caller.request)
    let detail: [(key: String, value: String)] = [("issuer", issuer), ("bound", String(isBound))]
    try tx.append(
      AuditEntry(.identityBound, by: caller.actor, subject: id.text, request: caller.request, detail: detail))
    try tx.notify(.identityBound, of: id, detail: detail)
  }
}
