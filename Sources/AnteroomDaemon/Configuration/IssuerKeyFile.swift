import AnteroomAPI
import AnteroomCrypto

/// An issuer's `jwks_file`: a JWK set (RFC 7517, section 5) as the issuer publishes it. It is fetched by others; the
/// daemon opens no network socket.
enum IssuerKeyFile {
  /// What is wrong with it, to stand after the file's name, and what to do.
  struct Mistake: Error {
    let problem: String
    let remedy: String
  }

  static func read(_ path: String) throws(Mistake) -> IssuerKeys {
    let bytes: [UInt8]
    do {
      bytes = try SigningKeyFile.published(path)
    } catch {
      throw Mistake(problem: "\(path) \(error.problem)", remedy: error.remedy)
    }
    guard let set = set(in: bytes) else {
      throw Mistake(
        problem: "\(path) holds no JWK set", remedy: "put the issuer's own there: {\"keys\": [{\"kty\": …}, …]}")
    }
    do {
      return try IssuerKeys(set)
    } catch {
      throw mistake(path, error)
    }
  }

  private static func mistake(_ path: String, _ flaw: IssuerKeys.Flaw) -> Mistake {
    func key(_ name: String?) -> String { name.map { "the key \($0.shown)" } ?? "a key without a kid" }
    return switch flaw {
    case .secret(let name):
      Mistake(
        problem: "\(path): \(key(name)) is a private key or a shared secret",
        remedy: "take it away from there, change it at the issuer, and put the public halves alone into the file")
    case .weak(let name, let bits):
      Mistake(
        problem: "\(path): \(key(name)) has \(bits) bits of RSA",
        remedy: "let the issuer make one of 2048 or more, and remove this one")
    case .malformed(let name):
      Mistake(problem: "\(path): \(key(name)) is not what it says it is", remedy: "fetch the issuer's keys again")
    case .repeated(let name):
      Mistake(problem: "\(path): two keys are called \(name.shown)", remedy: "remove the one that is out of use")
    case .none:
      Mistake(
        problem: "\(path) has no key that could sign a token",
        remedy: "let the issuer sign with ES256, ES384, RS256, PS256 or EdDSA, and fetch its keys again")
    }
  }

  /// Nil where it is no set. Members of a set and of a key that are not known are let be (RFC 7517, sections 4 and 5);
  /// one that is known and of another type is not.
  private static func set(in bytes: [UInt8]) -> [JSONWebKey]? {
    guard let value = try? JSONReader.read(bytes.span, secrets: []), case .object(let members) = value,
      case .array(let keys)? = members.first(where: { $0.name == "keys" })?.value
    else { return nil }
    let read = keys.compactMap(key)
    return read.count == keys.count ? read : nil
  }

  private static func key(_ value: JSONValue) -> JSONWebKey? {
    guard case .object(let members) = value else { return nil }
    var isRight = true
    func text(_ name: String) -> String? {
      switch members.first(where: { $0.name == name })?.value {
      case .string(let text): return text
      case nil: return nil
      case .some:
        isRight = false
        return nil
      }
    }
    func texts(_ name: String) -> [String]? {
      guard let value = members.first(where: { $0.name == name })?.value else { return nil }
      var texts: [String] = []
      guard case .array(let values) = value else {
        isRight = false
        return nil
      }
      for case .string(let text) in values { texts.append(text) }
      isRight = isRight && texts.count == values.count
      return texts
    }
    guard let type = text("kty") else { return nil }
    let key = JSONWebKey(
      type: type, keyID: text("kid"), algorithm: text("alg"), use: text("use"), operations: texts("key_ops"),
      curve: text("crv"), x: text("x"), y: text("y"), n: text("n"), e: text("e"),
      holdsSecret: members.contains { ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].contains($0.name) })
    return isRight ? key : nil
  }
}
