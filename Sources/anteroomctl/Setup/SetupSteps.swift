import AnteroomClient

/// The steps of `setup` in order, each of which can also be done by a command of its own.
struct SetupSteps {
  let context: Context
  let scripted: Bool
  private var attempts: Int { scripted ? 1 : 3 }

  init(context: Context, scripted: Bool) {
    self.context = context
    self.scripted = scripted
  }

  func checkHealth() async throws {
    let health = try Context.value(of: try await context.call(.health, "reach the daemon"))
    say("daemon", "\(Layout.text(health["status"])), version \(Layout.text(health["version"]))")
  }

  func createAccount(username: String, displayName: String?, role: String) async throws -> WipedBytes {
    let call = Call.createAccount(username: username, displayName: displayName, roles: [role])
    let made = try await context.anyAnswer(call, "create the account")
    let answer: Answer
    do {
      answer = try made.accepted()
    } catch {
      var failure = context.advice.failure("create the account", error, target: call.target)
      // Most likely a setup that was given up halfway.
      if error.code == "username-taken" {
        failure.next = goOn(username, "choose another, or go on with that account: ")
      }
      throw failure
    }
    let value = try Context.value(of: answer)
    guard let code = value["setup_code"]?.text else {
      throw Failure(
        .failed, "the answer holds no setup code", next: context.advice.command("account reset \(username)"))
    }
    say("account", Layout.text(value["account"]?["id"]))
    say("username", Layout.text(value["account"]?["username"]))
    return WipedBytes(code)
  }

  /// The steps that are left, by commands of their own, for an account that is there.
  func goOn(_ username: String, _ words: String = "") -> String {
    let name = context.advice.username(username)
    return words
      + ["account reset \(name)", "account set-password \(name)", "login", "account totp enrol"]
      .map { context.advice.command($0) }.joined(separator: ", then ")
  }

  /// A refused password does not spend the code, so a person may choose again.
  func choosePassword(username: String, code: WipedBytes) async throws -> WipedBytes {
    if !scripted { context.console.hint("Choose a password of 15 characters or more; a few words make a good one.") }
    return try await choose(username: username, code: code)
  }

  private func choose(username: String, code: WipedBytes) async throws -> WipedBytes {
    try await retrying(on: ["password-too-short", "password-too-long", "password-blocked"], "set the password") {
      let password =
        try scripted ? Prompt.scripted("new password") : Prompt.newPassword(orUse: "--scripted")
      return (Call.redeemCode(username: username, code: code, password: password), password)
    }.1
  }

  func signIn(username: String, password: WipedBytes) async throws -> WipedBytes {
    let answer = try await context.signIn(username: username, password: password) {
      throw Failure(.conflict, "could not sign in", why: "the account has a second factor already")
    }
    try context.keepSession(of: answer)
    guard let token = try context.sessions.read() else { throw Failure(.failed, "the session was not kept") }
    return token
  }

  func enrol(password: WipedBytes, bearer: WipedBytes, drawn: Bool) async throws {
    let answer = try await context.call(
      .enrolTOTP(password: password, bearer: bearer), "enrol a second factor")
    let enrolment = Enrolment(try Context.value(of: answer))
    if scripted {
      say("otpauth_uri", enrolment.uri)
      say("totp_secret", enrolment.secret)
    } else {
      context.console.lines(enrolment.lines(drawn: drawn, colour: context.console.colour))
      context.console.hint(Enrolment.instruction)
    }
    let (confirmed, _) = try await retrying(on: ["invalid-credentials", "invalid-field"], "confirm the second factor") {
      let code =
        try scripted ? Prompt.scripted("code") : Prompt.secret("Code of the authenticator", orUse: "--scripted")
      return (Call.confirmTOTP(code: code, bearer: bearer), code)
    }
    let session = try context.keepSession(of: confirmed)
    context.console.lines(Enrolment.recoveryCodes(try Context.value(of: confirmed)))
    say("session", Layout.text(session["id"]))
  }

  func finish(username: String) {
    say("done", "yes")
    context.console.hint(
      """
      \(visible(username)) is signed in with two factors. The recovery codes are not shown again: keep them safe.
      """)
    context.console.hint("Next: " + context.advice.command("meeting create --title \"My first meeting\""))
  }

  private func say(_ key: String, _ value: String) { context.console.lines(["\(key): \(visible(value))"]) }

  /// A step that fails halfway leaves an account behind: says how to go on with it, since running
  /// setup again would only find the username taken.
  func orElse<R>(_ next: String, _ step: () async throws -> R) async throws -> R {
    do {
      return try await step()
    } catch var failure as Failure {
      failure.next = next
      throw failure
    }
  }

  /// Asks again where the daemon refuses for one of these codes and a person is there to answer.
  private func retrying(
    on codes: Set<String>, _ what: String, _ attempt: () throws -> (Call, WipedBytes)
  ) async throws -> (Answer, WipedBytes) {
    var left = attempts
    while true {
      let (call, secret) = try attempt()
      let answer = try await context.anyAnswer(call, what)
      do {
        return (try answer.accepted(), secret)
      } catch {
        let failure = context.advice.failure(what, error, target: call.target)
        left -= 1
        guard left > 0, codes.contains(error.code) else { throw failure }
        context.console.hint("Not taken: \(failure.why ?? failure.what)")
      }
    }
  }
}
