import AnteroomClient
import AnteroomCore

/// Turns refusals and faults into failures: what happened, why, and the command to run next.
struct Advice {
  let socket: String
  /// The words of the command that is run, as `account add`.
  var words: String?

  /// Where it stands how the command is used.
  var help: String? { words.map { "anteroomctl \($0) --help" } }

  /// A command of this program as it must be typed to reach the same daemon.
  func command(_ rest: String) -> String { "\(program) \(rest)" }

  /// This program as it must be typed to reach the same daemon.
  var program: String {
    "anteroomctl" + (socket == GlobalOptions.defaultSocket ? "" : " --socket \(Advice.shellQuoted(socket))")
  }

  /// A username as it can be typed; a word to be replaced where an id was given.
  func username(_ reference: String) -> String {
    guard AccountID(parsing: reference) == nil else { return "USERNAME" }
    // A name may begin as an option does, and whoever chose it must not choose what is run.
    return (reference.hasPrefix("-") ? "-- " : "") + Advice.shellQuoted(reference)
  }

  func failure(_ what: String, _ problem: Problem, target: String) -> Failure {
    var why = problem.detail ?? problem.title
    if why.isEmpty { why = "the daemon answered \(problem.status)" }
    if let pointer = problem.pointer { why += " (at \(pointer.isEmpty ? "the body" : pointer))" }
    if !problem.required.isEmpty { why += "; missing: \(problem.required.joined(separator: ", "))" }
    let names = [problem.code, problem.requestID.map { "request \($0)" } ?? ""].filter { !$0.isEmpty }
    if !names.isEmpty { why += " [\(names.joined(separator: ", "))]" }
    return Failure(Outcome(problem), "could not \(what)", why: why, next: next(problem, target: target))
  }

  func failure(_ what: String, _ fault: ClientFault) -> Failure {
    let (why, next): (String, String?) =
      switch fault {
      case .noSocket(let path):
        ("nothing is at \(path)", "systemctl start anteroomd, or name the socket with --socket PATH")
      case .refused(let path):
        ("nobody listens at \(path)", "systemctl status anteroomd, or name the socket with --socket PATH")
      case .notPermitted(let path):
        ("this user may not use \(path)", right(to: path))
      case .pathTooLong: ("the path of a socket has 1 to 107 bytes", "name the socket with --socket PATH")
      case .unreachable(let path, let errno): ("connecting to \(path) failed with error \(errno)", nil)
      case .timedOut: ("no answer came in time; whether it was done is not known", command("status"))
      case .closed: ("the connection ended before the answer; whether it was done is not known", command("status"))
      case .malformedAnswer(let part): ("the answer is not HTTP (\(part))", "see what listens on the socket")
      case .answerTooLarge: ("the answer is larger than 16 MiB", "ask for less, with --limit")
      case .malformedRequest(let reason): (reason, nil)
      }
    return Failure(Outcome(fault), "could not \(what)", why: why, next: next)
  }

  /// A host is no operator: the front ends' socket is enough for what hosts do.
  private func right(to path: String) -> String {
    path == GlobalOptions.defaultSocket
      ? "run it as root, or as a member of the configured admin_group; a host adds --socket "
        + GlobalOptions.frontEndSocket
      : "run it as root, or as a user whom the socket's owner, group and mode let in"
  }

  private func next(_ problem: Problem, target: String) -> String? {
    let wait = problem.retryAfter.map { "wait \($0) s, then run it again" }
    return switch problem.code {
    case "not-host" where target == "/v1/meetings":
      "sign in as a host; an operator makes one with: " + command("account edit USERNAME --role host")
    case "not-host" where target.hasPrefix("/v1/meetings/"):
      "see which meetings are one's own with \(command("meeting list")), or sign in as another with \(command("login"))"
    case "invalid-token", "not-host", "reauthentication-required": command("login")
    case "second-factor-required": command("account totp enrol")
    case "peer-not-allowed", "permission-denied":
      "run it as root against \(GlobalOptions.defaultSocket), or as a member of the configured admin_group"
    case "invalid-credentials" where target == "/v1/accounts/me/password":
      "try again; who forgot it has an operator run: " + command("account reset USERNAME")
    case "invalid-credentials" where target == "/v1/sessions/second-factor":
      "try again with the next code, or with a recovery code; who has neither has an operator run: "
        + command("account totp-reset USERNAME")
    case "invalid-credentials" where target.hasPrefix("/v1/accounts/me/"):
      "try again with the authenticator's next code: each is taken once"
    case "invalid-credentials":
      "try again; an operator starts anew with: " + command("account reset USERNAME")
    case "username-taken":
      "choose another, for no name is ever free again; those in use: " + command("account list")
    case "meeting-exists": "choose another --id, or leave it out"
    case "state-conflict" where target.hasPrefix("/v1/accounts/me/"): command("account totp enrol")
    case "state-conflict" where target.hasPrefix("/v1/accounts"): command("account list")
    case "state-conflict" where target.hasPrefix("/v1/meetings/"):
      command((target.contains("/joins/") ? "meeting waiting " : "meeting show ") + meeting(of: target))
    case "state-conflict", "meeting-ended": command("meeting list")
    case "policy-floor": command("policy show")
    case "unprotected": "leave a passcode, a waiting room or open_to on, or say why not with --unprotected REASON"
    case "passcode-too-weak": "leave the value out, and one is made"
    case "idempotency-conflict": "add --batch WORD to make it anew"
    case "password-too-short" where target == "/v1/accounts/me/totp": command("account passwd")
    case "password-too-short", "password-too-long", "password-blocked": "run it again with another password"
    case "too-many-attempts", "busy", "shutting-down": wait ?? "wait a little, then run it again"
    case "storage-unavailable", "storage-full": command("status")
    case "not-found" where target.hasPrefix("/v1/accounts/me/sessions"): command("account sessions")
    case "not-found" where target.hasPrefix("/v1/accounts") && target.contains("/sessions/"):
      command("account sessions USERNAME")
    case "not-found" where target.hasPrefix("/v1/accounts"): command("account list")
    case "not-found" where target.hasPrefix("/v1/keys"): command("keys show")
    case "not-found" where target.hasPrefix("/v1/lockouts"): command("lockouts list")
    case "not-found" where target.hasPrefix("/v1/meetings"): command("meeting list")
    case "invalid-field" where problem.pointer == "/host": command("account edit USERNAME --role host")
    case "invalid-field" where ["/profile", "/policy"].contains(where: { problem.pointer?.hasPrefix($0) == true }):
      command("policy show")
    // All operations there are.
    case "not-found" where words == "api", "method-not-allowed": command("api GET /v1/openapi.yaml")
    case _: wait ?? (problem.status < 500 ? help : command("status"))
    }
  }

  /// The meeting's id in a path.
  private func meeting(of target: String) -> String {
    let parts = target.split(separator: "/")
    return Advice.shellQuoted(parts.count > 2 ? String(parts[2].prefix { $0 != "?" }) : "")
  }

  static func shellQuoted(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "_"):
        true
      case _: false
      }
    }
    return plain
      ? text : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
