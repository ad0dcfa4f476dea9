import AnteroomCore
import AnteroomServices

/// A step as a request, made before any of its round is answered.
extension Sitting {
  func call(_ step: Step) async throws -> Call? {
    let path = "/v1/meetings/\(meeting.text)"
    switch step {
    case .join(let person, let shown, let ticket, let session, let guise):
      var members = ["\"display_name\":\"\((guise.name ?? person).spelled(isImitated: guise.isImitated))\""]
      if guise.client != .person { members.append("\"client\":{\"kind\":\"\(guise.client)\"}") }
      if let code = guise.invite.flatMap({ codes[$0] }) { members.append("\"invite\":\"\(code)\"") }
      // Of one front end it is believed.
      members.append("\"source\":{\"ip\":\"\(person.address)\"}")
      switch shown {
      case .nothing: break
      case .right: if !passcode.isEmpty { members.append("\"passcode\":\"\(passcode)\"") }
      case .wrong: members.append("\"passcode\":\"ZZZZZ-ZZZZZ\"")
      }
      if let ticket = ticket.flatMap({ tickets[$0] }) { members.append("\"ticket\":\"\(ticket)\"") }
      return Call(
        method: "POST", target: path + "/joins", door: person.door, bearer: session.flatMap { token(person, $0) },
        body: "{" + members.joined(separator: ",") + "}")
    case .look(let key): return own("GET", "", key)
    case .withdraw(let key): return own("POST", "/withdraw", key)
    case .leave(let key): return own("POST", "/leave", key)
    case .redeem(let key, let astray): return grant(key, "redeem", astray)
    case .introspect(let key, let astray): return grant(key, "introspect", astray)
    case .present(let key, let astray): return report(key, "present", astray)
    case .left(let key, let astray): return report(key, "left", astray)
    case .roster(let keys, let door):
      let named = keys.compactMap { ids[$0] }.map { "\"\($0)\"" }.joined(separator: ",")
      return Call(method: "PUT", target: path + "/roster", door: door, body: "{\"joins\":[\(named)]}")
    case .act(let act, let key, let hand):
      return byHost("POST", path + "/joins/\(ids[key] ?? "")/\(act.verb)", hand, act.body)
    case .admitWaiting(let hand): return byHost("POST", path + "/admit-waiting", hand)
    case .lock(let hand): return byHost("POST", path + "/lock", hand)
    case .unlock(let hand): return byHost("POST", path + "/unlock", hand)
    case .suspend(let hand): return byHost("POST", path + "/suspend", hand)
    case .rotate(let hand): return byHost("POST", path + "/passcode", hand)
    case .end(let hand): return byHost("POST", path + "/end", hand)
    case .open(let hand): return byHost("POST", path + "/open", hand)
    case .bar(let key, let hand): return byHost("POST", path + "/bans", hand, "{\"join\":\"\(ids[key] ?? "")\"}")
    case .unbar(_, let bar, let hand):
      return byHost("DELETE", path + "/bans/" + (try await ban(bar)?.text ?? "none"), hand)
    case .invite(let asked, let hand): return byHost("POST", path + "/invites", hand, asked.json)
    case .revoke(let key, let hand):
      return byHost("DELETE", path + "/invites/\(inviteIDs[key] ?? "")", hand)
    case .signOut(let person, let session):
      return Call(
        method: "DELETE", target: "/v1/sessions/current", door: person.door, bearer: token(person, session))
    case .pass: return nil
    }
  }

  /// The token of a person's session; one that is over where there is none any more.
  private func token(_ person: Person, _ session: Int) -> String? {
    sessions[person].map { $0[min(session, $0.count - 1)] }
  }

  private func own(_ method: String, _ verb: String, _ key: Int) -> Call {
    Call(method: method, target: "/v1/joins/self" + verb, door: door(key), bearer: tickets[key])
  }

  private func grant(_ key: Int, _ verb: String, _ astray: Bool) -> Call {
    let own = model.grants[key].map { door($0.entry) } ?? .front
    return Call(
      method: "POST", target: "/v1/grants/" + verb, door: astray ? own.other : own,
      body: "{\"grant\":\"\(grants[key] ?? "")\"}")
  }

  private func report(_ key: Int, _ verb: String, _ astray: Bool) -> Call {
    Call(
      method: "POST", target: "/v1/joins/\(ids[key] ?? "")/\(verb)", door: astray ? door(key).other : door(key))
  }

  private func byHost(_ method: String, _ target: String, _ hand: Hand, _ body: String? = nil) -> Call {
    switch hand {
    case .session(let person, let session):
      Call(method: method, target: target, door: person.door, bearer: token(person, session), body: body)
    case .hostTicket(let key), .anyTicket(let key):
      Call(method: method, target: target, door: door(key), bearer: tickets[key], body: body)
    }
  }

  private func door(_ key: Int) -> Door { model.index(key).map { model.entries[$0].person.door } ?? .front }

  private func ban(_ bar: Bar?) async throws -> BanID? {
    let target: Ban.Target? =
      switch bar?.who {
      case .account(let person): .account(House.account(of: person))
      case .chain(let key): ids[key].map { .join(JoinID(known: $0)) }
      case nil: nil
      }
    let (meeting, occurrence) = (meeting, Int64(model.occurrence))
    return try await house.read { snapshot throws(StorageFault) in
      try snapshot.bans(of: meeting, occurrence: occurrence, after: nil, limit: 200).items
        .first { $0.target == target && $0.occurrence.map(Int.init) == bar?.occurrence }?.id
    }
  }
}

extension Invitation {
  fileprivate var json: String {
    let whose = account.map { "\"account\":\"\(House.account(of: $0).text)\"" } ?? "\"uses\":\(uses)"
    return "{\(whose),\"role\":\"\(role)\",\"bypass_waiting_room\":\(bypasses)}"
  }
}

extension Person {
  /// The name, or one that looks like it: letters of another script that nobody tells apart.
  fileprivate func spelled(isImitated: Bool) -> String {
    guard isImitated else { return "\(self)" }
    let twins: [Character: Character] = ["a": "\u{430}", "e": "\u{435}", "i": "\u{456}", "s": "\u{455}"]
    return String("\(self)".map { twins[$0] ?? $0 })
  }

  fileprivate var address: String { "203.0.113.\(place ?? 100 + rawValue)" }
}

extension Act {
  fileprivate var verb: String {
    switch self {
    case .admit: "admit"
    case .sendBack: "send-back"
    case .deny: "deny"
    case .remove: "remove"
    case .role: "role"
    }
  }

  fileprivate var body: String? {
    switch self {
    case .admit, .sendBack, .remove(nil): nil
    case .deny(let bars), .remove(let bars?): "{\"ban\":\(bars)}"
    case .role(let role): "{\"role\":\"\(role)\"}"
    }
  }
}
