package import AnteroomCore
package import AnteroomServices
import Synchronization

/// An issuer with its keys.
package struct TrustedIssuer: Hashable, Sendable {
  package let rule: IssuerRule
  package let keys: IssuerKeys

  package init(rule: IssuerRule, keys: IssuerKeys) {
    self.rule = rule
    self.keys = keys
  }
}

/// The issuers in force, which a reload may replace. No two have the same `iss`.
package final class TrustedIssuers: IdentityTokenVerification {
  private let issuers: Mutex<[TrustedIssuer]>

  package init(_ issuers: [TrustedIssuer]) { self.issuers = Mutex(issuers) }

  package func replace(_ new: [TrustedIssuer]) { issuers.withLock { $0 = new } }

  package func verify(_ token: UnverifiedIdentityToken) -> VerifiedIdentityToken? {
    let named = issuers.withLock { all in all.first { $0.rule.issuer.hasBytes(of: token.claims.issuer) } }
    guard let named,
      named.keys.accept(
        token.signature, of: token.signingInput, algorithm: token.algorithm, keyID: token.keyID)
    else { return nil }
    return VerifiedIdentityToken(rule: named.rule, claims: token.claims, signingInput: token.signingInput)
  }

  package func issuer(named name: String) -> IssuerRule? {
    issuers.withLock { all in all.first { $0.rule.name.hasBytes(of: name) }?.rule }
  }
}
