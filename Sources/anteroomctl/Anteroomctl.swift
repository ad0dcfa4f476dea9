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

  /// What is wrong with the arguments is said as everything else is.
  static var _errorLabel: String { "anteroomctl" }

  static func main() async {
    do {
      var command = try parseAsRoot(Array(CommandLine.arguments.dropFirst()))
      if let act = command as? any Act {
        try await Context.run(act)
      } else if !type(of: command).configuration.subcommands.isEmpty {
        // A noun without its verb did nothing: a script must not take that for done.
        writeAll(helpMessage(for: type(of: command)) + "\n", to: .error)
        Glibc.exit(Outcome.usage.rawValue)
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

  /// The words of a command, as `account add`; nil where it is none of this program's.
  static func words(
    of command: any ParsableCommand.Type, below: any ParsableCommand.Type = Anteroomctl.self
  ) -> String? {
    for child in below.configuration.subcommands {
      if ObjectIdentifier(child) == ObjectIdentifier(command) { return child._commandName }
      if let rest = words(of: command, below: child) { return "\(child._commandName) \(rest)" }
    }
    return nil
  }
}
