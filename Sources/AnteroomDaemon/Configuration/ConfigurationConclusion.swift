import AnteroomCore
import AnteroomCrypto
import AnteroomServices

/// What can be judged, and said, only when every file is read.
extension ConfigurationDraft {
  /// The configuration, of use only where `mistakes` stays empty.
  func concluded(_ mistakes: MistakeList) -> Configuration {
    var configuration = configuration
    judgeTogether(mistakes)
    do throws(Argon2Parameters.Unsafe) {
      configuration.passwords.parameters = try Argon2Parameters(
        memoryKiB: memoryKiB, iterations: iterations, parallelism: parallelism)
    } catch {
      if let passwordsSpot { mistakes.add(passwordsSpot, "the cost of a hash is unsafe: \(error)", "raise it") }
    }
    judgeKeys(mistakes)
    if !audiences.isEmpty { configuration.audienceEntries = audiences.compactMap(\.audience) }
    judgeUnique(issuers.compactMap(\.name), "an issuer called", mistakes)
    judgeUnique(issuers.compactMap(\.issuer), "an issuer whose iss is", mistakes)
    configuration.issuers = issuers.compactMap(\.trusted)
    configuration.policies = Configuration.PolicyLayers(site: site, profiles: profiles)
    configuration.frontEnds = concludedFrontEnds(of: configuration.audiences, mistakes)
    return configuration
  }

  private func judgeTogether(_ mistakes: MistakeList) {
    let sessions = configuration.sessions
    if let sessionsSpot, sessions.idleSeconds > sessions.maxSeconds {
      mistakes.add(
        sessionsSpot,
        "idle_seconds is \(sessions.idleSeconds), more than max_seconds, \(sessions.maxSeconds): it would never count",
        "set idle_seconds to \(sessions.maxSeconds) or less")
    }
    if let socketsSpot, configuration.sockets.frontend == configuration.sockets.admin {
      mistakes.add(
        socketsSpot, "`frontend` and `admin` are the same socket: front ends would be operators",
        "give each a path of its own")
    }
  }

  private func concludedFrontEnds(of known: [String], _ mistakes: MistakeList) -> [Configuration.FrontEndEntry] {
    judgeUnique(frontEnds.compactMap(\.name), "a front end called", mistakes)
    judgeUnique(frontEnds.compactMap(\.uid), "a front end of uid", mistakes)
    judgeAudiences(of: known, mistakes)
    return frontEnds.compactMap { draft in
      guard let name = draft.name, let uid = draft.uid, let permissions = draft.permissions else { return nil }
      return Configuration.FrontEndEntry(
        uid: uid.value,
        frontEnd: FrontEnd(
          name: name.value, permissions: permissions,
          audiences: draft.audiences?.map(\.value) ?? (frontEnds.count == 1 ? known : []),
          isBelievedOnSource: draft.isBelievedOnSource, clientKind: draft.clientKind, link: draft.link))
    }
  }

  /// Each audience that a front end names has to be there, and to be nobody else's: two owners could redeem
  /// each other's grants.
  private func judgeAudiences(of known: [String], _ mistakes: MistakeList) {
    let named = frontEnds.flatMap { $0.audiences ?? [] }
    for audience in named where !known.contains(audience.value) {
      mistakes.add(
        audience.spot, "there is no audience \(audience.value.shown)",
        "add an [[audience]] with that name, or write one of: \(known.joined(separator: ", "))")
    }
    judgeUnique(named, "a front end with the audience", mistakes)
    for draft in frontEnds where draft.permissions?.contains(.joins) == true {
      guard draft.audiences?.isEmpty ?? (frontEnds.count > 1 && !draft.saysAudiences) else { continue }
      mistakes.add(
        draft.spot, "[[frontend]] may make joins and has no audience that they could be for",
        "add audiences = [\"…\"] with audiences of its own")
    }
  }

  /// Each audience has a key and a name of its own, also where its tokens call it otherwise: a verifier that looks
  /// at no more than that could take another's.
  private func judgeKeys(_ mistakes: MistakeList) {
    judgeUnique(audiences.compactMap(\.name), "the audience", mistakes)
    judgeUnique(audiences.compactMap(\.keyFile), "the key_file", mistakes)
    judgeUnique(audiences.compactMap(\.keyID), "the key_id", mistakes)
    for draft in audiences {
      guard let spoken = draft.spokenName, let name = draft.name?.value, spoken.value != name,
        audiences.contains(where: { $0.name?.value == spoken.value })
      else { continue }
      mistakes.add(
        spoken.spot, "`aud` is \(spoken.value.shown), which is the name of another audience",
        "choose another, and add it to the server's asap_accepted_audiences")
    }
  }

  private func judgeUnique<Value: Hashable>(_ values: [Placed<Value>], _ what: String, _ mistakes: MistakeList) {
    var first: [Value: ConfigurationSpot] = [:]
    for value in values {
      guard let earlier = first[value.value] else {
        first[value.value] = value.spot
        continue
      }
      mistakes.add(
        value.spot, "\(what) \("\(value.value)".shown) is there already, at \(earlier.text)",
        "remove one of them, or change one")
    }
  }
}
