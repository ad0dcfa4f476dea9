import AnteroomClient
import ArgumentParser

/// What proves a person twice: the password and a code of the authenticator.
struct BothFactors: ParsableArguments {
  @Flag(help: "Read the password and the code from standard input, one a line.") var factorsStdin = false

  func read() throws -> (password: WipedBytes, code: WipedBytes) {
    let flag = "--factors-stdin"
    if factorsStdin { return (try Prompt.scripted("password"), try Prompt.scripted("code")) }
    return (try Prompt.secret("Password", orUse: flag), try Prompt.secret("Code of the authenticator", orUse: flag))
  }
}
