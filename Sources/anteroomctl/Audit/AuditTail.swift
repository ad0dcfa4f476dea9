import AnteroomClient
import ArgumentParser

struct AuditTail: Act {
  static let configuration = CommandConfiguration(
    commandName: "tail",
    abstract: "Show the newest audit records.",
    discussion: "With --json each answer of the daemon is one line, as it came.")

  @OptionGroup var global: GlobalOptions
  @Option(name: .shortAndLong, help: "How many, 1 to 200.") var number = 20
  @Option(help: "Only those about this account, meeting or join.") var subject: String?
  @Option(help: "Only this event, for instance session.started.") var event: String?
  @Flag(name: .shortAndLong, help: "Go on with what is added, until interrupted.") var follow = false

  func run(_ context: Context) async throws {
    var last = try await newest(context)
    while follow {
      try await Task.sleep(for: .seconds(1))
      let answer = try await page(context, after: last, limit: 200)
      guard let highest = try AuditTail.highestIndex(answer) else { continue }
      last = highest
      try context.console.show(answer) { AuditTail.lines($0) }
    }
  }

  func validate() throws {
    guard (1...200).contains(number) else { throw ValidationError("--number is 1 to 200") }
  }

  /// Shows the newest records and gives the index of the last one.
  private func newest(_ context: Context) async throws -> Int? {
    // Without a filter the tree's size says where the end is; with one only reading through does.
    var last = subject == nil && event == nil ? try await size(context).map { $0 - number - 1 } : nil
    if let start = last, start < 0 { last = nil }
    var shown: [JSONValue] = []
    var final: Answer?
    while true {
      let answer = try await page(context, after: last, limit: 200)
      let items = try Context.value(of: answer)["items"]?.items ?? []
      if final == nil || !items.isEmpty { final = answer }
      shown = Array((shown + items).suffix(number))
      guard let highest = items.last?["index"]?.integer, highest > last ?? -1 else { break }
      last = highest
      if items.count < 200 { break }
    }
    if context.console.json {
      if let final { context.console.raw(final.body) }
    } else {
      context.console.lines(shown.map { AuditTail.line($0) })
    }
    return last
  }

  private func page(_ context: Context, after: Int?, limit: Int) async throws -> Answer {
    try await context.call(
      .audit(after: after, subject: subject, event: event, limit: limit), "read the audit")
  }

  /// The number of records, from the checkpoint: a signed note whose second line it is, alone or in
  /// a JSON object that names it.
  private func size(_ context: Context) async throws -> Int? {
    let answer = try await context.call(.auditCheckpoint, "read the audit")
    if let value = try? answer.json() { return value["size"]?.integer }
    let lines = String(decoding: answer.body, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    return lines.count > 1 ? Int(lines[1]) : nil
  }

  private static func highestIndex(_ answer: Answer) throws -> Int? {
    try Context.value(of: answer)["items"]?.items?.last?["index"]?.integer
  }

  private static func lines(_ value: JSONValue) -> [String] { (value["items"]?.items ?? []).map { line($0) } }

  static func line(_ record: JSONValue) -> String {
    var parts = ["index", "time", "event"].map { Layout.text(record[$0]) }
    for name in ["actor", "subject", "request_id", "detail", "personal"] {
      guard let value = record[name], value != .null, value != .object([]) else { continue }
      parts.append(value.members == nil ? "\(name)=\(Layout.text(value))" : Layout.text(value))
    }
    return visible(parts.joined(separator: "  "))
  }
}
