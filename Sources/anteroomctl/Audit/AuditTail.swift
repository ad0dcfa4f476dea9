import AnteroomClient
import ArgumentParser

struct AuditTail: Act {
  static let configuration = CommandConfiguration(
    commandName: "tail",
    abstract: "Show the newest audit records.",
    discussion: "With --json each answer of the daemon is one line, as it came.")

  private static let most = 200

  @OptionGroup var global: GlobalOptions
  @Option(name: .shortAndLong, help: "How many, 1 to 200.") var number = 20
  @Option(help: "Only those about this account, meeting or join, by its id.") var subject: String?
  @Option(help: "Only those about this account, by username or id.") var account: String?
  @Option(help: "Only this event, for instance session.started.") var event: String?
  @Flag(name: .shortAndLong, help: "Go on with what is added, until interrupted.") var follow = false

  func run(_ context: Context) async throws {
    var found = self
    if let account { found.subject = try await context.accountID(account, "read the audit") }
    try await found.show(context)
  }

  private func show(_ context: Context) async throws {
    var last = try await newest(context)
    var full = false
    while follow {
      if !full { try await Task.sleep(for: .seconds(1)) }
      let answer = try await page(context, after: last, limit: AuditTail.most)
      let items = try AuditTail.items(answer)
      full = items.count == AuditTail.most
      guard let highest = items.last?["index"]?.integer else { continue }
      last = highest
      try context.console.show(answer) { _ in items.map { AuditTail.line($0) } }
    }
  }

  func validate() throws {
    guard (1...200).contains(number) else { throw ValidationError("--number is 1 to 200") }
    if account != nil, subject != nil { throw ValidationError("--account and --subject exclude each other") }
  }

  /// Shows the newest records and gives the index of the last one.
  private func newest(_ context: Context) async throws -> Int? {
    // Without a filter the tree's size says where the end is; with one only reading through does.
    var last = subject == nil && event == nil ? try await size(context).map { $0 - number - 1 } : nil
    if let start = last, start < 0 { last = nil }
    var shown: [JSONValue] = []
    while true {
      let value = try Context.value(of: try await page(context, after: last, limit: AuditTail.most))
      let items = value["items"]?.items ?? []
      shown = Array((shown + items).suffix(number))
      // With a filter a page may be short, or empty, and yet not the last.
      let next = value["next_cursor"]?.text.flatMap { Int($0) }
      // A place that does not rise would be asked for again without end.
      guard let place = next ?? items.last?["index"]?.integer, place > last ?? -1 else { break }
      last = place
      if next == nil { break }
    }
    guard context.console.json else {
      if shown.isEmpty { context.console.hint("There is no such record.") }
      context.console.lines(shown.map { AuditTail.line($0) })
      return last
    }
    // Asked for once more, so that what is printed is one answer as it came.
    let first = shown.first?["index"]?.integer ?? 0
    let after = first > 0 ? first - 1 : nil
    context.console.raw(try await page(context, after: after, limit: max(1, shown.count)).body)
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

  private static func items(_ answer: Answer) throws -> [JSONValue] {
    try Context.value(of: answer)["items"]?.items ?? []
  }

  static func line(_ record: JSONValue) -> String {
    var parts = ["index", "time", "event"].map { Layout.text(record[$0]) }
    for name in ["actor", "subject", "request_id", "detail", "personal"] {
      guard let value = record[name], value != .null, value != .object([]) else { continue }
      parts.append(value.members == nil ? "\(name)=\(Layout.text(value))" : Layout.text(value))
    }
    return visible(parts.joined(separator: "  "))
  }
}
