import AnteroomClient

/// Makes the invites of a list, one after the other. What one line is refused for is said and stops no other.
struct InviteRun {
  let context: Context
  let meeting: String
  let bearer: WipedBytes

  func run(_ list: InviteList) async throws {
    if !context.console.json { context.console.lines([CSV.line(["line", "name", "invite", "url", "code"])]) }
    var failed = 0
    for line in list.lines {
      do {
        try await make(line)
      } catch let failure as Failure {
        failed += 1
        writeAll("anteroomctl: line \(line.number): " + visible(InviteRun.words(failure)) + "\n", to: .error)
        // Nothing more would come of the others.
        if [.noDaemon, .denied].contains(failure.status) { throw failure }
      }
    }
    guard failed > 0 else { return }
    throw Failure(
      .failed, "\(failed) of \(list.lines.count) lines made no invite",
      next: "mend those lines and run it again: what was made is not made twice")
  }

  private func make(_ line: InviteList.Line) async throws {
    let draft: InviteDraft
    switch line.draft {
    case .success(let read): draft = read
    case .failure(let mistake): throw Failure(.usage, "could not invite", why: mistake.text)
    }
    let id = if let account = draft.account { try await context.accountID(account, "invite") } else { String?.none }
    let call = Call.invite(to: meeting, draft.body(account: id)).with(bearer: bearer).with(idempotencyKey: line.key)
    let answer = try await context.call(call, "invite \(draft.name)")
    if context.console.json { return context.console.raw(answer.body) }
    let value = try Context.value(of: answer)
    if value["replayed"]?.truth == true {
      // Should it be lost, the invite is revoked and made anew.
      let id = Layout.text(value["invite"]?["id"])
      context.console.hint("line \(line.number): \(draft.name) was invited before (\(id)); the code was shown then")
    }
    let texts = [value["invite"]?["id"], value["url"], value["code"]].map { $0?.text ?? "" }
    context.console.lines([CSV.line((["\(line.number)", draft.name] + texts).map { visible($0) })])
  }

  private static func words(_ failure: Failure) -> String {
    [failure.what, failure.why].compactMap { $0 }.joined(separator: ": ")
  }
}
