import AnteroomClient
import ArgumentParser

struct KeysShow: Act {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "List the signing keys and the peppers, or print the public key of one audience.",
    discussion: """
      With an audience: the public half of the key that signs for it, as JWK on one line or with --pem as PEM, for the \
      server that checks it. A shared secret is not printed; the list says which file holds it.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The name of an audience.") var audience: String?
  @Flag(help: "PEM instead of JWK.") var pem = false

  func validate() throws {
    if pem && audience == nil { throw ValidationError("--pem takes the name of an audience") }
  }

  func run(_ context: Context) async throws {
    let answer = try await context.call(.status, "read the keys")
    let keys = try Context.value(of: answer)["keys"]?.items ?? []
    guard let audience else {
      return try context.console.show(answer) { status in
        KeysShow.table(keys) + [""] + KeysShow.peppers(status["peppers"]?.items ?? [])
      }
    }
    let own = keys.filter { ($0["audiences"]?.items ?? []).contains { $0.text == audience } }
    guard let key = own.first(where: { $0["state"]?.text == "signing" }), let kid = key["kid"]?.text else {
      throw Failure(
        .notFound, "there is no audience \(audience)", why: "the configuration has none of that name",
        next: context.advice.command("keys show"))
    }
    guard let path = key["public"]?.text else {
      throw Failure(
        .denied, "could not print the key of \(audience)",
        why: "it is a secret that both sides share, in \(Layout.text(key["file"]))",
        next: "copy it from that file to the server, as root")
    }
    if pem {
      let text = try await context.call(Call("GET", path), "read the key")
      return writeAll(text.body + (text.body.last == 0x0A ? [] : [0x0A]), to: .output)
    }
    let set = try await context.call(.keys, "read the keys")
    if context.console.json { return context.console.raw(set.body) }
    let published = try Context.value(of: set)["keys"]?.items ?? []
    let jwk = published.filter { $0["kid"]?.text == kid }
    context.console.lines(jwk.prefix(1).map { String(decoding: $0.bytes, as: UTF8.self) })
  }

  static func peppers(_ peppers: [JSONValue]) -> [String] {
    Layout.table(
      ["PEPPER", "GENERATION", "STATE", "PASSWORDS"],
      peppers.map { pepper in ["id", "generation", "state", "passwords"].map { Layout.text(pepper[$0]) } })
  }

  static func table(_ keys: [JSONValue]) -> [String] {
    Layout.table(
      ["KID", "ALG", "DIALECT", "STATE", "SIGNS FROM", "AUDIENCES", "FILE"],
      keys.map { key in
        ["kid", "alg", "dialect", "state", "signs_from", "audiences", "file"].map { Layout.text(key[$0]) }
      }, within: Stream.output.columns)
  }
}
