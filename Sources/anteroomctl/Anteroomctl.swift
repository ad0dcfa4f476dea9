import AnteroomCore
import ArgumentParser
import Glibc

@main
struct Anteroomctl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "anteroomctl",
    abstract: "Operate Anteroom, the daemon that decides who gets into a meeting.",
    usage: "anteroomctl [--socket PATH] [--json] NOUN VERB …",
    discussion: """
      Exit codes: 0 done, 1 failed, 3 not found, 4 denied, 5 conflict, 6 rate-limited, 7 no daemon at the socket, \
      8 overloaded, 9 integrity broken, 10 configuration, 64 wrong usage.

      Secrets are prompted for without echo, or read from standard input or a file; never from arguments or the \
      environment.
      """,
    version: Version.text,
    subcommands: [
      Setup.self, Login.self, Logout.self, Status.self, Account.self, Meeting.self, Policy.self, Lockouts.self,
      Audit.self,
      Keys.self, Calibrate.self, API.self,
    ])

  @OptionGroup var global: GlobalOptions

  static func main() async {
    do {
      var command = try parseAsRoot(Array(CommandLine.arguments.dropFirst()))
      if let act = command as? any Act {
        try await Context.run(act)
      } else {
        try command.run()
      }
    } catch let failure as Failure {
      failure.report()
      Glibc.exit(failure.status.rawValue)
    } catch {
      exit(withError: error)
    }
  }
}
