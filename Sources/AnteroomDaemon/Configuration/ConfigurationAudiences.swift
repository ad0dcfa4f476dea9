import AnteroomCore
import AnteroomCrypto

/// An `[[audience]]` with what is right in it.
struct AudienceDraft {
  var name: Placed<String>?
  var dialect: Dialect?
  var keyFile: Placed<String>?
  var keyID: Placed<String>?
  /// What its tokens call it, where that is not its name.
  var spokenName: Placed<String>?

  var audience: Audience? {
    guard let name, let dialect else { return nil }
    return Audience(name: name.value, dialect: dialect, keyFile: keyFile?.value, keyID: keyID?.value)
  }
}

extension ConfigurationDraft {
  mutating func readAudience(_ table: ConfigurationTable) {
    var draft = AudienceDraft()
    draft.name = table.audienceName()
    // Where the name is wrong that is said; the rest is judged all the same.
    let name = draft.name?.value ?? "audience"
    switch table.has("dialect") ? table.word("dialect", Dialect.Name.self) : .anteroom {
    case .anteroom:
      table.allow(AudienceKeys.all)
      draft.dialect = .anteroom
    case .jitsi:
      table.allow(AudienceKeys.all + ["algorithm", "issuer", "domain", "aud"])
      draft.dialect = table.jitsi(audience: name)
      draft.spokenName = table.text("aud").map { Placed(value: $0, spot: table.spot("aud")) }
    case .livekit:
      table.allow(AudienceKeys.all + ["api_key"])
      if let key = table.claim("api_key", example: "api_key = \"APIxxxxxxxx\"") {
        draft.dialect = .livekit(LiveKitDialect(apiKey: key))
      }
    case .galene:
      table.allow(AudienceKeys.all + ["location", "group"])
      let group = table.has("group") ? table.groupName() : GaleneDialect.room
      if let location = table.location(), let group {
        draft.dialect = .galene(GaleneDialect(location: location, group: group))
      }
    case nil: break
    }
    if let dialect = draft.dialect { draft.keyFile = table.keyFile(for: dialect) }
    draft.keyID = table.keyID()
    audiences.append(draft)
  }

  mutating func readTurn(_ table: ConfigurationTable) {
    table.allow(["uris", "secret_file", "seconds"])
    let seconds = table.integer("seconds", in: 60...TurnServers.longest)
    guard table.has("uris") || table.has("secret_file") else { return }
    for key in ["uris", "secret_file"] where !table.has(key) {
      table.mistakes.add(table.spot, "[turn] has no `\(key)`", "add one, or remove the other: TURN takes both")
    }
    guard let uris = table.turnURIs(), let path = table.path("secret_file") else { return }
    do {
      _ = try SigningKeyFile.turnSecret(path)
    } catch {
      return table.mistake("secret_file", "`secret_file`: \(error.path) \(error.problem)", error.remedy)
    }
    configuration.turn = TurnServers(uris: uris, secretFile: path, seconds: seconds ?? TurnServers.longest)
  }
}

private enum AudienceKeys {
  static let all = ["name", "dialect", "key_file", "key_id"]
}

extension ConfigurationTable {
  fileprivate func audienceName() -> Placed<String>? {
    guard let name = required("name", example: "name = \"room\"") else { return nil }
    if (1...64).contains(name.utf8.count), name.utf8.allSatisfy({ $0.isLetterOrDigit || "._:/-".utf8.contains($0) }) {
      return Placed(value: name, spot: spot("name"))
    }
    mistake(
      "name", "\(name.shown) cannot be the name of an audience",
      "use 1 to 64 of the letters a to z and A to Z, digits, and . _ : / -")
    return nil
  }

  /// A value that stands in a token as it is: 1 to 256 visible ASCII characters.
  fileprivate func claim(_ key: String, example: String) -> String? {
    required(key, example: example).flatMap { plain($0, key) }
  }

  private func plain(_ text: String, _ key: String) -> String? {
    if (1...256).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) { return text }
    mistake(key, "`\(key)` in \(title) is \(text.shown)", "use 1 to 256 visible ASCII characters, no space")
    return nil
  }

  fileprivate func jitsi(audience: String) -> Dialect? {
    let algorithm = has("algorithm") ? jitsiAlgorithm() : .rs256
    let issuer = has("issuer") ? claim("issuer", example: "") : "anteroom"
    let spoken = has("aud") ? claim("aud", example: "") : audience
    let domain = claim("domain", example: "domain = \"meet.example.org\"")
    guard let algorithm, let issuer, let spoken, let domain else { return nil }
    guard domain != "*" else {
      mistake("domain", "`domain` in \(title) is *, which is every tenant of the server", "write the server's domain")
      return nil
    }
    guard spoken != "*" else {
      mistake("aud", "`aud` in \(title) is *, which names nobody", "write one of asap_accepted_audiences, or none")
      return nil
    }
    return .jitsi(JitsiDialect(algorithm: algorithm, issuer: issuer, domain: domain, audience: spoken))
  }

  private func jitsiAlgorithm() -> SigningAlgorithm? {
    guard let text = text("algorithm") else { return nil }
    switch SigningAlgorithm(rawValue: text) {
    case .rs256: return .rs256
    case .hs256: return .hs256
    case .es256, nil:
      mistake(
        "algorithm", "`algorithm` in \(title) is \(text.shown), which Jitsi's plug-ins do not read",
        "write \"RS256\" or \"HS256\"")
      return nil
    }
  }

  /// The address that people have in their browsers, without the group.
  fileprivate func location() -> String? {
    guard let text = claim("location", example: "location = \"https://galene.example.org:8443/\"") else { return nil }
    let location = text.hasSuffix("/") ? text : text + "/"
    let rest = location.split(separator: "://", maxSplits: 1)
    // Galene takes `/group/NAME/` alone for a group's path.
    let isServer =
      rest.count == 2 && ["https", "http"].contains(String(rest[0])) && rest[1].utf8.count > 1
      && rest[1].firstIndex(of: "/") == rest[1].indices.last && !rest[1].contains { "?#@%".contains($0) }
    if isServer { return location }
    mistake(
      "location", "`location` in \(title) is \(text.shown), which is no address of a server",
      "write it without the group: location = \"https://galene.example.org:8443/\"")
    return nil
  }

  /// `{room}` and a path around it.
  fileprivate func groupName() -> String? {
    guard let text = text("group") else { return nil }
    let around = text.split(separator: GaleneDialect.room, omittingEmptySubsequences: false)
    let isPath =
      text.utf8.count <= 256 && around.joined().utf8.allSatisfy { $0.isLetterOrDigit || "-._~/".utf8.contains($0) }
    if around.count == 2, isPath, !text.hasPrefix("/"), !text.hasSuffix("/") { return text }
    mistake(
      "group", "`group` in \(title) is \(text.shown), which is no name of groups",
      "write {room} once, with the group above before it: group = \"meet/{room}\"")
    return nil
  }

  fileprivate func keyFile(for dialect: Dialect) -> Placed<String>? {
    guard let path = path("key_file") else { return nil }
    do {
      try SigningKeyFile.check(path, for: dialect)
      return Placed(value: path, spot: spot("key_file"))
    } catch {
      mistake("key_file", "`key_file`: \(error.path) \(error.problem)", error.remedy)
      return nil
    }
  }

  fileprivate func keyID() -> Placed<String>? {
    guard let text = text("key_id") else { return nil }
    guard has("key_file") else {
      mistake("key_id", "`key_id` names the key in `key_file`, and there is none", "add key_file, or remove key_id")
      return nil
    }
    return plain(text, "key_id").map { Placed(value: $0, spot: spot("key_id")) }
  }

  /// RFC 7065: `turn:HOST[:PORT][?transport=…]`, `turns:` likewise; `stun:` is let pass beside them.
  fileprivate func turnURIs() -> [String]? {
    guard let uris = texts("uris") else { return nil }
    if uris.isEmpty {
      mistake("uris", "`uris` in [turn] is empty", "write uris = [\"turn:turn.example.org:3478?transport=udp\"]")
      return nil
    }
    var isRight = true
    for (index, uri) in uris.enumerated() {
      let parts = uri.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let isPlain = uri.utf8.count <= 256 && uri.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
      if isPlain, parts.count == 2, ["turn", "turns", "stun", "stuns"].contains(String(parts[0])), !parts[1].isEmpty,
        !parts[1].hasPrefix("/")
      {
        continue
      }
      isRight = false
      mistake(
        "uris", element: index, "`uris` in [turn] holds \(uri.shown), which is no TURN address",
        "write it as turn:turn.example.org:3478?transport=udp")
    }
    return isRight ? uris : nil
  }
}
