import AnteroomClient
import AnteroomCore

/// What a host should know of the meeting while it runs. Every text is `visible` already.
struct WatchedMeeting: Equatable, Sendable {
  var title: String?
  var host: String
  var state: String
  var locked: Bool
  var epoch: Int
  var waiting: Int
  var admitted: Int
  var present: Int
  var passcodeFailures: Int
  var mustRotate: Bool

  init(_ value: JSONValue) {
    title = value["title"]?.text.map { visible($0) }
    host = visible(value["host"]?["display_name"]?.text ?? "")
    state = visible(value["state"]?.text ?? "?")
    locked = value["locked"]?.truth ?? false
    epoch = value["epoch"]?.integer ?? 0
    let counts = value["counts"]
    waiting = counts?["waiting"]?.integer ?? 0
    admitted = counts?["admitted"]?.integer ?? 0
    present = counts?["present"]?.integer ?? 0
    passcodeFailures = value["passcode"]?["failures"]?.integer ?? 0
    mustRotate = value["passcode"]?["must_rotate"]?.truth ?? false
  }
}

/// One join, as its host sees it. Every text is `visible` already.
struct WatchedPerson: Equatable, Sendable {
  /// Where somebody stands in the console.
  enum Place: Equatable, Sendable { case waiting, inside, gone }

  let id: String
  var name: String
  var joinerClass: String
  var role: String
  var verified: Bool
  var state: String
  var waitsFor: String?
  var waitsSince: Instant?
  var unproven: Bool
  /// It dropped out, or its front end is silent, and it may come back.
  var away: Bool
  /// Names, or ids of joins, that this one could be taken for.
  var looksLike: [String]
  var clientKind: String
  var denials: Int

  init?(_ value: JSONValue) {
    guard let id = value["id"]?.text else { return nil }
    self.id = visible(id)
    name = visible(value["display_name"]?.text ?? "")
    joinerClass = visible(value["identity"]?["class"]?.text ?? "?")
    role = visible(value["role"]?.text ?? "?")
    verified = value["verified"]?.truth ?? false
    state = visible(value["state"]?.text ?? "?")
    waitsFor = value["waiting"]?["for"]?.text.map { visible($0) }
    waitsSince = (value["waiting_since"] ?? value["waiting"]?["since"])?.text.flatMap { Instant(rfc3339: $0) }
    unproven = value["unproven"]?.truth ?? false
    away = value["away"]?.truth ?? false
    looksLike = WatchedPerson.others(value["confusable_with"]).map { visible($0) }
    clientKind = visible(value["client"]?["kind"]?.text ?? "person")
    denials = value["denials"]?.integer ?? 0
  }

  var place: Place {
    switch state {
    case "waiting": .waiting
    case "admitted", "present": .inside
    case "left" where away: .inside
    case _: .gone
    }
  }

  /// One or several, each a text, or an object that has a name or an id.
  private static func others(_ value: JSONValue?) -> [String] {
    switch value {
    case .string(let text): [text]
    case .array(let items): items.flatMap { others($0) }
    case .object: [value?["display_name"]?.text ?? value?["join"]?.text ?? value?["id"]?.text ?? "somebody"]
    case nil, .null, .bool, .number: []
    }
  }
}
