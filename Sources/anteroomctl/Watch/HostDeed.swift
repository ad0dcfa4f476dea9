import AnteroomClient

/// Somebody that an act is meant for: who it was when the key was pressed, whoever is selected by then.
struct Addressee: Equatable, Sendable {
  let id: String
  let name: String
}

/// What a host does by a key.
enum HostDeed: Equatable, Sendable {
  case admit(Addressee)
  case admitAll
  case deny(Addressee, ban: Bool)
  case remove(Addressee, ban: Bool)
  case sendBack(Addressee)
  case lock, unlock, suspend, end
  /// To one person, or to all who wait.
  case message(Addressee?, String)

  var addressee: Addressee? {
    switch self {
    case .admit(let who), .deny(let who, _), .remove(let who, _), .sendBack(let who): who
    case .message(let who, _): who
    case .admitAll, .lock, .unlock, .suspend, .end: nil
    }
  }

  /// As it stands after "could not".
  var words: String {
    switch self {
    case .admit(let who): "admit \(who.name)"
    case .admitAll: "admit all who wait"
    case .deny(let who, _): "deny \(who.name)"
    case .remove(let who, _): "remove \(who.name)"
    case .sendBack(let who): "send \(who.name) back"
    case .lock: "lock the meeting"
    case .unlock: "unlock the meeting"
    case .suspend: "suspend the meeting"
    case .end: "end the meeting"
    case .message(let who?, _): "tell \(who.name)"
    case .message(nil, _): "tell those who wait"
    }
  }

  /// What is asked before it; nil for what harms nobody and can be taken back.
  var question: String? {
    switch self {
    case .admitAll: "Admit all who wait?"
    case .deny(let who, ban: true): "Turn \(who.name) away and keep them out?"
    case .remove(let who, ban: true): "Remove \(who.name) and keep them out?"
    case .remove(let who, ban: false): "Remove \(who.name), who may ask again?"
    case .suspend: "Send everyone but the hosts back to waiting, and lock?"
    case .end: "End the meeting for everybody?"
    case .admit, .deny(_, ban: false), .sendBack, .lock, .unlock, .message: nil
    }
  }

  /// What was done, by the accepted answer.
  func done(_ answer: JSONValue) -> String {
    switch self {
    case .admit(let who): return "\(who.name) is admitted."
    case .admitAll:
      let skipped = answer["skipped"]?.items ?? []
      let reasons = Set(skipped.compactMap { $0["code"]?.text.map { visible($0) } }).sorted()
      let passed = skipped.isEmpty ? "" : " \(skipped.count) passed over (\(reasons.joined(separator: ", ")))."
      return "\(Layout.text(answer["admitted"])) admitted.\(passed)"
    case .deny(let who, let ban): return "\(who.name) is turned away\(ban ? " and barred" : "")."
    case .remove(let who, let ban): return "\(who.name) is removed\(ban ? " and barred" : "")."
    case .sendBack(let who): return "\(who.name) waits again."
    case .lock: return "The meeting is locked."
    case .unlock: return "The meeting is unlocked."
    case .suspend: return "The meeting is suspended: everyone but the hosts waits, and it is locked."
    case .end: return "The meeting is over."
    case .message(let who?, _): return "\(who.name) is told."
    case .message(nil, _): return "\(Layout.text(answer["told"])) are told."
    }
  }

  func call(in meeting: String) -> Call {
    switch self {
    case .admit(let who): .admit(who.id, to: meeting)
    case .admitAll: .admitWaiting(to: meeting)
    case .deny(let who, let ban): .shutOut(who.id, of: meeting, by: .deny, reason: nil, message: nil, ban: ban)
    case .remove(let who, let ban): .shutOut(who.id, of: meeting, by: .remove, reason: nil, message: nil, ban: ban)
    case .sendBack(let who): .sendBack(who.id, of: meeting)
    case .lock: .act(.lock, on: meeting)
    case .unlock: .act(.unlock, on: meeting)
    case .suspend: .act(.suspend, on: meeting)
    case .end: .act(.end, on: meeting)
    case .message(let who, let text): .message(text, to: who?.id, in: meeting)
    }
  }
}
