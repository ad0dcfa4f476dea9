import AnteroomClient
import ArgumentParser

struct KeysRotate: Act {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Make new signing keys; those of before are read for an hour. Or a new pepper.",
    discussion: """
      Without an audience all key pairs that the daemon made are rotated. A secret that a server shares is rotated only \
      where its audience is named: both sides have to change at the same time. Where a server has to be given the new \
      key by hand, --signs-in leaves time for that.

      With --pepper, new passwords are hashed with another secret; those of before are read, and hashed anew as their \
      owners sign in. Back the key directory up again afterwards.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The name of an audience.") var audience: String?
  @Option(help: "Seconds until the new keys sign, 0 to 86400.") var signsIn = 0

  @Flag(help: "Rotate what passwords are hashed with, instead of signing keys.") var pepper = false

  func validate() throws {
    if pepper && (audience != nil || signsIn != 0) { throw ValidationError("--pepper goes alone") }
    guard (0...86_400).contains(signsIn) else { throw ValidationError("--signs-in is 0 to 86400") }
  }

  func run(_ context: Context) async throws {
    if pepper {
      let answer = try await context.call(.rotatePepper(), "rotate the pepper")
      try context.console.show(answer) { KeysShow.peppers([$0["pepper"] ?? .null]) }
      return context.console.hint("Next: back the key directory up again, apart from the database.")
    }
    let answer = try await context.call(.rotateKeys(audience: audience, signsIn: signsIn), "rotate the keys")
    try context.console.show(answer) { value in KeysShow.table(value["keys"]?.items ?? []) }
    for skipped in try Context.value(of: answer)["skipped"]?.items ?? [] {
      let why = skipped["reason"]?.text == "key_file" ? "its key_file is the operator's" : "its secret is shared"
      context.console.hint("\(Layout.text(skipped["audience"])) keeps its key: \(why)")
    }
    context.console.hint(
      "A server that is given its key by hand needs the new one: " + context.advice.command("keys show AUDIENCE --pem"))
  }
}
