import AnteroomClient
import ArgumentParser

/// One page of a list.
struct PageOptions: ParsableArguments {
  @Option(help: "At most so many, 1 to 200.") var limit: Int?
  @Option(help: "Go on where an earlier page ended.") var cursor: String?

  func validate() throws {
    if let limit, !(1...200).contains(limit) { throw ValidationError("--limit is 1 to 200") }
  }

  func hintMore(_ answer: Answer, _ context: Context) throws {
    guard !context.console.json, let cursor = try Context.value(of: answer)["next_cursor"]?.text else { return }
    context.console.hint("There is more: add --cursor \(cursor)")
  }
}
