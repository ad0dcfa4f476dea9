import AnteroomClient
import ArgumentParser

struct LockoutsClear: Act {
  static let configuration = CommandConfiguration(
    commandName: "clear", abstract: "Forget failures, so that the next attempt is evaluated.",
    discussion: """
      By an id from lockouts list; or all failures about a username or an address, those that are only counted \
      among them; or, with --all, everything that is delayed or barred now. What wrong codes disabled is not cleared \
      here: that would be a way around the second factor.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Ids from lockouts list.") var ids: [String] = []
  @OptionGroup var filter: LockoutFilter
  @Flag(help: "Everything that is delayed or barred now.") var all = false

  func validate() throws {
    let isFiltered = filter.username != nil || filter.source != nil
    guard [!ids.isEmpty, isFiltered, all].filter(\.self).count == 1 else {
      throw ValidationError("Name ids, or --username or --source or both of these, or --all.")
    }
  }

  func run(_ context: Context) async throws {
    let what = "clear the lockouts"
    for id in ids { _ = try await context.call(.clearLockout(id), what) }
    if !ids.isEmpty { return context.console.hint("Cleared: \(ids.count)") }
    var (count, cursor) = (0, String?.none)
    repeat {
      let page = try Context.value(
        of: await context.call(
          .lockouts(username: filter.username, source: filter.source, all: !all, limit: 200, cursor: cursor), what))
      for id in (page["items"]?.items ?? []).compactMap({ $0["id"]?.text }) {
        // One that ended by itself meanwhile is as good as cleared.
        let answer = try await context.anyAnswer(.clearLockout(id), what)
        if answer.status != 404 {
          do {
            _ = try answer.accepted()
          } catch {
            throw context.advice.failure(what, error, target: "/v1/lockouts")
          }
        }
        count += 1
      }
      cursor = page["next_cursor"]?.text
    } while cursor != nil
    context.console.hint("Cleared: \(count)")
  }
}
