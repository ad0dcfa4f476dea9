import AnteroomClient
import ArgumentParser

struct Login: Act {
  static let configuration = CommandConfiguration(
    abstract: "Sign in and keep the session, for what hosts do and for one's own account.",
    discussion: """
      Asks for username, password and the authenticator's code. In a script, --credentials-stdin reads them as lines \
      in this order; the code's line is needed only where the account has a second factor, and may be a recovery code.

      The session's token is kept in a file of mode 0600 under $XDG_STATE_HOME/anteroom (or ~/.local/state/anteroom), \
      one for each socket. With --json the answer, which holds the token, is printed as well.
      """)

  @OptionGroup var global: GlobalOptions
  @Option(help: "The account's username; asked for when missing.") var username: String?
  @Flag(help: "Read username, password and code from standard input, one a line.") var credentialsStdin = false

  func run(_ context: Context) async throws {
    try context.sessions.prepare()
    let flag = "--credentials-stdin"
    let name =
      try credentialsStdin
      ? Prompt.scriptedText("username") : username ?? Prompt.line("Username", orUse: flag)
    let password =
      try credentialsStdin ? Prompt.scripted("password") : Prompt.secret("Password", orUse: flag)
    let answer = try await context.signIn(username: name, password: password) {
      try credentialsStdin
        ? Prompt.scripted("code") : Prompt.secret("Code of the authenticator, or a recovery code", orUse: flag)
    }
    let session = try context.keepSession(of: answer)
    try context.console.show(answer) { _ in
      Layout.aligned([
        ("signed in", Layout.text(session["account"]?["username"])),
        ("factors", Layout.text(session["factors"])),
        ("until", Layout.text(session["expires_at"])),
      ])
    }
    let isHost = session["account"]?["roles"]?.items?.contains(.string("host")) == true
    let next = "Next: " + context.advice.command("account totp enrol")
    if session["methods"]?.items?.contains(.string("recovery_code")) == true {
      context.console.hint(
        "By a recovery code: nothing else can be done before another authenticator is bound. " + next)
    } else if isHost, session["factors"]?.integer == 1, await context.isForEnrolmentAlone() {
      context.console.hint("A host needs a second factor. " + next)
    }
  }

  func validate() throws {
    if credentialsStdin, username != nil {
      throw ValidationError("--credentials-stdin reads the username as its first line; leave --username out")
    }
  }
}
