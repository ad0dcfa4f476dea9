import AnteroomCore
import AnteroomCrypto

/// An `[[issuer]]` with what is right in it.
struct IssuerDraft {
  var name: Placed<String>?
  var issuer: Placed<String>?
  var audience: String?
  var usernameClaim: String?
  var provision = false
  var vouched = false
  var secondFactorMethods: Set<String> = []
  var keys: IssuerKeys?

  var trusted: TrustedIssuer? {
    guard let name, let issuer, let audience, let usernameClaim, let keys else { return nil }
    return TrustedIssuer(
      rule: IssuerRule(
        name: name.value, issuer: issuer.value, audience: audience, usernameClaim: usernameClaim, provision: provision,
        vouched: vouched, secondFactorMethods: secondFactorMethods), keys: keys)
  }
}

extension ConfigurationDraft {
  mutating func readIssuer(_ table: ConfigurationTable) {
    table.allow([
      "name", "iss", "audience", "jwks_file", "username_claim", "provision", "vouched", "second_factor_amr",
    ])
    var draft = IssuerDraft()
    draft.name = table.issuerName()
    draft.issuer = table.visible("iss", example: "iss = \"https://login.example.org\"")
      .map { Placed(value: $0, spot: table.spot("iss")) }
    draft.audience = table.visible("audience", example: "audience = \"anteroom\"")
    draft.usernameClaim =
      table.has("username_claim")
      ? table.visible("username_claim", example: "") : Configuration.defaultUsernameClaim
    draft.provision = table.boolean("provision") ?? false
    draft.vouched = table.boolean("vouched") ?? false
    draft.secondFactorMethods = table.authenticationMethods()
    draft.keys = table.issuerKeys()
    issuers.append(draft)
  }
}

extension ConfigurationTable {
  /// It stands in paths and in the audit.
  fileprivate func issuerName() -> Placed<String>? {
    guard let name = required("name", example: "name = \"school\"") else { return nil }
    if (1...64).contains(name.utf8.count), name.utf8.allSatisfy({ $0.isLowercaseOrDigit || $0 == UInt8(ascii: "-") }) {
      return Placed(value: name, spot: spot("name"))
    }
    mistake("name", "\(name.shown) cannot be the name of an issuer", "use 1 to 64 of the letters a to z, digits and -")
    return nil
  }

  /// A value that a token has to have byte for byte.
  fileprivate func visible(_ key: String, example: String) -> String? {
    guard let text = required(key, example: example) else { return nil }
    if isVisible(text) { return text }
    mistake(key, "`\(key)` in \(title) is \(text.shown)", "use 1 to 512 visible ASCII characters, no space")
    return nil
  }

  private func isVisible(_ text: String) -> Bool {
    (1...512).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }

  /// What an issuer says of one factor alone must not count as two.
  fileprivate func authenticationMethods() -> Set<String> {
    guard let words = texts("second_factor_amr") else { return [] }
    var methods: Set<String> = []
    for (index, word) in words.enumerated() {
      guard isVisible(word), word != "pwd" else {
        mistake(
          "second_factor_amr", element: index,
          "`second_factor_amr` in \(title) holds \(word.shown), which says nothing of a second factor",
          "write what the issuer says where it asked for one: \"mfa\", \"otp\", \"hwk\"")
        continue
      }
      methods.insert(word)
    }
    return methods
  }

  fileprivate func issuerKeys() -> IssuerKeys? {
    if !has("jwks_file") {
      mistakes.add(
        spot, "\(title) has no `jwks_file`",
        "add one: jwks_file = \"/etc/anteroom/school.jwks\", with the issuer's keys")
    }
    guard let path = path("jwks_file") else { return nil }
    do {
      return try IssuerKeyFile.read(path)
    } catch {
      mistake("jwks_file", "`jwks_file`: \(error.problem)", error.remedy)
      return nil
    }
  }
}
