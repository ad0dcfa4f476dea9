import AnteroomClient
import ArgumentParser
import Glibc

struct API: Act {
  static let configuration = CommandConfiguration(
    commandName: "api",
    abstract: "Send any request of the API and print its answer.",
    discussion: """
      Example: anteroomctl api GET /v1/keys

      The answer's body is printed as it came, also when it is a refusal; the exit code tells them apart.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "GET, POST, PUT, PATCH or DELETE.") var method: String
  @Argument(help: "The path with its query, for instance /v1/meetings?limit=5.") var path: String
  @Flag(help: "Read the JSON body from standard input.") var bodyStdin = false
  @Option(help: ArgumentHelp("Read the JSON body from a file.", valueName: "file")) var input: String?
  @Flag(help: "Read the bearer token from standard input.") var bearerStdin = false
  @Option(help: ArgumentHelp("Read the bearer token from a file.", valueName: "file")) var bearerFile: String?
  @Flag(name: .customLong("as-host"), help: "Use the session that login kept.") var asHost = false

  func run(_ context: Context) async throws {
    let body = try bodyStdin ? InputFile.standardInput() : input.map { try InputFile.read($0) }
    let call = Call(method.uppercased(), path, body: body.map { WipedBytes($0) }, bearer: try bearer(context))
    let what = "\(method) \(path)"
    let answer = try await context.anyAnswer(call, what)
    if !answer.body.isEmpty {
      if context.console.isTerminal || answer.body.last != 0x0A {
        context.console.raw(answer.body)
      } else {
        writeAll(answer.body, to: .output)
      }
    }
    do {
      _ = try answer.accepted()
    } catch {
      throw context.advice.failure(what, error, target: path)
    }
  }

  func validate() throws {
    if bodyStdin, bearerStdin { throw ValidationError("standard input can be the body or the bearer, not both") }
    if bodyStdin, input != nil { throw ValidationError("--body-stdin and --input exclude each other") }
    if [bearerStdin, bearerFile != nil, asHost].filter({ $0 }).count > 1 {
      throw ValidationError("--bearer-stdin, --bearer-file and --as-host exclude each other")
    }
  }

  private func bearer(_ context: Context) throws -> WipedBytes? {
    if asHost { return try context.bearer("\(method) \(path)") }
    if bearerStdin { return try Prompt.scripted("bearer") }
    guard let bearerFile else { return nil }
    // The line's end belongs to the file, not to the token.
    return WipedBytes(Array(try InputFile.read(bearerFile).prefix { $0 != 0x0A && $0 != 0x0D }))
  }
}
