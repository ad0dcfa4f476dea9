import ArgumentParser
import Testing

@testable import anteroomctl

@Suite struct HelpTests {
  /// As `scripts/golden` writes it.
  private func help(of command: any ParsableCommand.Type, path: [String]) -> String {
    var text = Anteroomctl.helpMessage(for: command, columns: 80)
    while text.hasSuffix("\n") { text.removeLast() }
    let below = command.configuration.subcommands.map { help(of: $0, path: path + [$0._commandName]) }
    return "# \(path.joined(separator: " "))\n\n\(text)\n\n" + below.joined()
  }

  @Test func `the help is the golden file's`() throws {
    var directory = #filePath.split(separator: "/").dropLast(2)
    directory.append(contentsOf: ["Golden", "cli-help.txt"])
    let golden = String(decoding: try InputFile.read("/" + directory.joined(separator: "/")), as: UTF8.self)
    let fresh = help(of: Anteroomctl.self, path: ["anteroomctl"])
    let differing = zip(golden.split(separator: "\n"), fresh.split(separator: "\n")).first { $0 != $1 }
    #expect(differing == nil)
    #expect(golden == fresh, "run scripts/golden --write and commit the difference if it is meant")
  }

  @Test func `no option takes a secret as its value`() {
    let words = help(of: Anteroomctl.self, path: ["anteroomctl"]).split { $0.isWhitespace }
    let secret = ["password", "passcode", "token", "code", "secret", "bearer", "credentials"]
    let options = Set(
      words.filter { $0.hasPrefix("--") || $0.hasPrefix("[--") }.map { $0.filter { $0.isLetter || $0 == "-" } })
    let naming = options.filter { option in secret.contains { option.contains($0) } }
      // What simulate takes is right, wrong or none: CommandTests tries another.
      .subtracting(["--passcode"])
    #expect(naming.allSatisfy { $0.hasSuffix("-stdin") || $0.hasSuffix("-file") || $0.hasSuffix("-kind") })
    #expect(naming.contains("--password-stdin"))
  }
}
