import AnteroomClient

/// Sends a list's accounts in groups, says what is to be said of single ones, and adds up.
struct ImportRun {
  /// Within what the daemon takes: 50 accounts and 64 KiB a call.
  private static let mostInCall = 50
  /// One account is 37,000 at most: three texts, each byte of which may be escaped by six.
  private static let mostBytes = 60_000

  let context: Context
  let isTrial: Bool
  let isHost: Bool
  let profile: String?

  private var summary = ImportSummary()
  private var progress: ImportProgress
  private var group: [(place: String, record: ImportRecord, json: JSONValue)] = []
  private var groupBytes = 0
  /// How far the list was read when the last group was sent: what waits in a group is not done.
  private var settled = 0
  private var readSoFar = 0
  /// As the daemon prepared them: in a trial nothing is written that a second one could meet.
  private var names: Set<String> = []
  private var isHeaderShown = false

  init(context: Context, isTrial: Bool, isHost: Bool, profile: String?) {
    self.context = context
    self.isTrial = isTrial
    self.isHost = isHost
    self.profile = profile
    progress = ImportProgress(isSilent: context.console.json)
  }

  mutating func run(_ list: any ImportSource) async throws {
    var list = list
    do {
      while let entry = try list.next() {
        try await take(entry)
        readSoFar = list.progress.done
        progress.show((settled, list.progress.total), accounts: summary.accounts)
      }
      try await send()
    } catch {
      progress.clear()
      // What was read before the mistake is imported all the same: the rest comes when it is mended.
      if error is CSVRecords.Mistake { try await send() }
      summary.report(on: context.console, isTrial: isTrial)
      throw ImportRun.stopped(error)
    }
    progress.clear()
    summary.report(on: context.console, isTrial: isTrial)
    if let failure = summary.failure { throw failure }
    if isTrial { context.console.hint("Nothing was changed. The same without --dry-run imports them.") }
  }

  private mutating func take(_ entry: ImportEntry) async throws {
    let record: ImportRecord
    switch entry.record {
    case .success(let read): record = read
    case .failure(let mistake): return refuse(entry.place, mistake.username, mistake.text)
    }
    if let flaw = record.flaw { return refuse(entry.place, record.username, flaw) }
    let json = record.json(isHost: isHost, profile: profile)
    let size = json.bytes.count + 1
    if group.count == ImportRun.mostInCall || groupBytes + size > ImportRun.mostBytes { try await send() }
    group.append((entry.place, record, json))
    groupBytes += size
  }

  /// What never reaches the daemon, whose answer says the rest.
  private mutating func refuse(_ place: String, _ username: String, _ reason: String) {
    // So much tells who is meant; the list may hold anything.
    let username = String(username.prefix(64))
    say(place, .init(username: username, outcome: .refused, reason: reason))
    if context.console.json {
      let who = username.isEmpty ? place : "\(place) (\(username))"
      writeAll("anteroomctl: \(visible(who)): \(visible(reason))\n", to: .error)
    }
  }

  private mutating func send() async throws {
    guard !group.isEmpty else { return }
    defer { settled = readSoFar }
    let sent = group
    (group, groupBytes) = ([], 0)
    let answer = try await context.call(.importAccounts(sent.map(\.json), isTrial: isTrial), "import accounts")
    if context.console.json { context.console.raw(answer.body) }
    let results = try Context.value(of: answer)["results"]?.items ?? []
    guard results.count == sent.count else {
      throw Failure(.failed, "could not import accounts", why: "the answer is not about the accounts that were sent")
    }
    for (entry, value) in zip(sent, results) {
      var result = ImportResult(value)
      if isTrial, result.outcome != .refused, !names.insert(result.username).inserted {
        result = ImportResult(
          username: result.username, outcome: .refused, reason: "The name stands twice in the list.")
      }
      result.explain(entry.record, context.advice)
      say(entry.place, result)
    }
  }

  /// Counts it, and prints it where somebody has to do something about it.
  private mutating func say(_ place: String, _ result: ImportResult) {
    summary.count(result)
    guard result.isWorthALine else { return }
    progress.clear()
    if context.console.json { return }
    if !isHeaderShown { context.console.lines([CSV.line(["place", "username", "outcome", "setup_code", "reason"])]) }
    isHeaderShown = true
    let outcome = isTrial && result.outcome == .imported ? "would be imported" : result.outcome.rawValue
    let fields = [place, result.username, outcome, result.setupCode ?? "", result.reason]
    context.console.lines([CSV.line(fields.map { visible($0) })])
  }

  private static func stopped(_ error: any Error) -> any Error {
    let again = "then run the same command again: it goes on where it ended"
    switch error {
    case let mistake as CSVRecords.Mistake:
      return Failure(
        .failed, "the list cannot be read any further", why: "line \(mistake.line): \(mistake.why)",
        next: "mend that line, \(again)")
    case var failure as Failure:
      failure.next = failure.next.map { "\($0); \(again)" } ?? "see to that, \(again)"
      return failure
    case _: return error
    }
  }
}
