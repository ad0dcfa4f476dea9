import AnteroomCore
import AnteroomServices

/// A value with its place, for what can only be judged when all files are read.
struct Placed<Value> {
  let value: Value
  let spot: ConfigurationSpot
}

/// A `[[frontend]]` with what is right in it.
struct FrontEndDraft {
  let spot: ConfigurationSpot
  var name: Placed<String>?
  var uid: Placed<UInt32>?
  var permissions: Set<Permission>?
  /// Nil where the key is not there, or is no list.
  var audiences: [Placed<String>]?
  var saysAudiences = false
  var isBelievedOnSource = false
  var clientKind: ClientKind?
  var link: LinkTemplate?
}

extension ConfigurationDraft {
  mutating func readFrontEnd(_ table: ConfigurationTable) {
    table.allow(["name", "user", "uid", "permissions", "audiences", "source", "client_kind", "link"])
    var draft = FrontEndDraft(spot: table.spot)
    draft.name = table.frontEndName()
    draft.uid = table.frontEndUID()
    draft.permissions = table.permissions()
    draft.saysAudiences = table.has("audiences")
    draft.audiences = table.texts("audiences")?.enumerated().map { index, name in
      Placed(value: name, spot: table.spot("audiences", element: index))
    }
    draft.isBelievedOnSource = table.boolean("source") ?? false
    draft.clientKind = table.word("client_kind", ClientKind.self)
    draft.link = table.link()
    frontEnds.append(draft)
  }
}

extension ConfigurationTable {
  func required(_ key: String, example: String) -> String? {
    if !has(key) { mistakes.add(spot, "\(title) has no `\(key)`", "add one: \(example)") }
    return text(key)
  }

  /// It stands in the audit log beside the names that the daemon gives itself: those are not to be had.
  fileprivate func frontEndName() -> Placed<String>? {
    guard let name = required("name", example: "name = \"web\"") else { return nil }
    guard (1...64).contains(name.utf8.count),
      name.utf8.allSatisfy({ $0.isLowercaseOrDigit || $0 == UInt8(ascii: "-") })
    else {
      mistake(
        "name", "\(name.shown) cannot be the name of a front end", "use 1 to 64 of the letters a to z, digits and -")
      return nil
    }
    guard !["admin", "frontend"].contains(name) else {
      mistake("name", "\(name.shown) is what the daemon itself calls a socket", "choose another name for the front end")
      return nil
    }
    return Placed(value: name, spot: spot("name"))
  }

  fileprivate func frontEndUID() -> Placed<UInt32>? {
    switch (has("uid"), has("user")) {
    case (false, false):
      mistakes.add(spot, "\(title) names no user", "add the one it runs as: user = \"meet-web\", or uid = 990")
    case (true, true):
      mistake("user", "\(title) has both `user` and `uid`", "remove one of them: it has one user")
    case (true, false):
      // The last uid is (uid_t)-1, which means none.
      guard let uid = integer("uid", in: 0...Int(UInt32.max) - 1) else { return nil }
      return Placed(value: UInt32(uid), spot: spot("uid"))
    case (false, true):
      guard let name = text("user") else { return nil }
      switch SystemUser.uid(of: name) {
      case .found(let uid): return Placed(value: uid, spot: spot("user"))
      case .unknown:
        mistake(
          "user", "there is no user \(name.shown) on this machine", "create it, or write a number as uid = 990")
      case .failed(let why):
        mistake("user", "the user \(name.shown) cannot be looked up: \(why)", "write its number instead: uid = 990")
      }
    }
    return nil
  }

  fileprivate func permissions() -> Set<Permission>? {
    let all = Permission.allCases.map(\.rawValue).joined(separator: ", ")
    guard has("permissions") else {
      mistakes.add(spot, "\(title) has no `permissions`", "list what it needs: permissions = [\"joins\"], of \(all)")
      return nil
    }
    guard let words = texts("permissions") else { return nil }
    if words.isEmpty {
      mistake("permissions", "`permissions` is empty: it could do nothing", "list what it needs, of \(all)")
    }
    var permissions: Set<Permission> = []
    for (index, word) in words.enumerated() {
      if let permission = Permission(rawValue: word) {
        permissions.insert(permission)
      } else {
        mistake("permissions", element: index, "there is no permission \(word.shown)", "write some of: \(all)")
      }
    }
    return permissions
  }

  fileprivate func link() -> LinkTemplate? {
    guard let link = text("link") else { return nil }
    do throws(LinkTemplate.Flaw) {
      return try LinkTemplate(parsing: link)
    } catch {
      switch error {
      case .leadsNowhere:
        mistake(
          "link", "`link` is \(link.shown), which leads to no meeting",
          "write link = \"https://meet.example.org/{meeting}\", with {meeting} where its id belongs")
      case .unknownPlace:
        mistake(
          "link", "`link` is \(link.shown), with something in braces that nothing is known to fill",
          "write {meeting}, and where you want them {invite} and {passcode}, and no other braces")
      case .exposedSecret:
        mistake(
          "link", "`link` is \(link.shown), which shows a code or a passcode to more than the web server",
          "write https://, and {invite} and {passcode} behind the host's name, best behind a #")
      }
      return nil
    }
  }
}
