import AnteroomCore

/// The keys of one issuer.
package struct IssuerKeys: Hashable, Sendable {
  /// What is wrong with a set of keys; each names the key that it is about by its `kid`.
  package enum Flaw: Error, Hashable, Sendable {
    /// A private part or a shared secret: whoever reads the file could sign.
    case secret(String?)
    case weak(String?, bits: Int)
    case malformed(String?)
    case repeated(String)
    /// None that could sign a token.
    case none
  }

  private let source: [JSONWebKey]
  private let keys: [IssuerKey]

  /// Keys that are for something else are left out; one that would be used and is not right is a mistake.
  package init(_ set: [JSONWebKey]) throws(Flaw) {
    var found: [IssuerKey] = []
    for key in set {
      if key.holdsSecret { throw .secret(key.keyID) }
      guard let usable = try IssuerKey(key) else { continue }
      if let keyID = usable.keyID, found.contains(where: { $0.keyID?.hasBytes(of: keyID) == true }) {
        throw .repeated(keyID)
      }
      found.append(usable)
    }
    if found.isEmpty { throw .none }
    keys = found
    source = set
  }

  package static func == (one: IssuerKeys, other: IssuerKeys) -> Bool { one.source == other.source }

  package func hash(into hasher: inout Hasher) { hasher.combine(source) }

  /// Whether a key of the set signed `input`. The header names the key; where it does not, there has to be only one
  /// that it could be.
  func accept(_ signature: [UInt8], of input: [UInt8], algorithm name: String, keyID: String?) -> Bool {
    guard let algorithm = IdentityAlgorithm(rawValue: name) else { return false }
    var candidates = keys.filter { $0.algorithms.contains(algorithm) }
    if let keyID { candidates = candidates.filter { $0.keyID?.hasBytes(of: keyID) == true } }
    guard candidates.count == 1 else { return false }
    return candidates[0].accepts(signature, of: input, by: algorithm)
  }
}
