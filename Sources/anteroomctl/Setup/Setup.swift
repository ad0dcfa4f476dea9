import AnteroomClient
import ArgumentParser

struct Setup: Act {
  static let configuration = CommandConfiguration(
    abstract: "First steps: create the first host, its password and its second factor.",
    discussion: """
      Asks for what it needs. With --scripted nothing is asked: standard input holds the new password as its first \
      line; the program then writes "key: value" lines, among them totp_secret, and reads the authenticator's code as \
      the next line; recovery codes follow, and "done: yes" is the last line. The session is kept as by login.

      Driven from a shell: coproc anteroomctl setup --scripted --username ada; write the password, read lines until \
      totp_secret, write the output of oathtool --totp -b for it, read on until done.
      """)

  @OptionGroup var global: GlobalOptions
  @Option(help: "The first host's username; asked for when missing.") var username: String?
  @Option(help: "The name that others see.") var displayName: String?
  @Option(help: "The role to give.") var role = "host"
  @Flag(help: "Read answers from standard input and write key: value lines.") var scripted = false
  @Flag(name: .customLong("no-qr"), help: "Print the address and the secret only.") var noQR = false

  func validate() throws {
    if scripted, username == nil { throw ValidationError("--scripted needs --username") }
    if global.json { throw ValidationError("setup makes several calls; use --scripted instead of --json") }
  }

  func run(_ context: Context) async throws {
    let steps = SetupSteps(context: context, scripted: scripted)
    try await steps.checkHealth()
    try context.sessions.prepare()
    let name = try username ?? Prompt.line("Username of the first host", orUse: "--scripted")
    let code = try await steps.createAccount(username: name, displayName: displayName, role: role)
    let advice = context.advice
    let password = try await steps.orElse(steps.goOn(name)) {
      try await steps.choosePassword(username: name, code: code)
    }
    try await steps.orElse("\(advice.command("login")), then \(advice.command("account totp enrol"))") {
      let session = try await steps.signIn(username: name, password: password)
      try await steps.enrol(password: password, bearer: session, drawn: !noQR)
    }
    steps.finish(username: name)
  }
}
