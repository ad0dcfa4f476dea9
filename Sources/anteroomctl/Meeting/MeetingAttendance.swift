import AnteroomClient
import ArgumentParser

struct MeetingAttendance: Act {
  static let configuration = CommandConfiguration(
    commandName: "attendance", abstract: "Show who was in, where the policy keeps it. Needs login.",
    discussion: "The names are what people typed. --csv is for a spreadsheet, in which no name becomes a formula.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Flag(help: "As comma-separated values.") var csv = false

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("show the attendance")
    var items: [JSONValue] = []
    var cursor: String?
    repeat {
      let call = Call.attendance(of: meeting, limit: 200, cursor: cursor).with(bearer: bearer)
      let answer = try await context.call(call, "show the attendance")
      if context.console.json { context.console.raw(answer.body) }
      let value = try Context.value(of: answer)
      items += value["items"]?.items ?? []
      let next = value["next_cursor"]?.text
      // The same place again would be asked for without end.
      cursor = next == cursor ? nil : next
    } while cursor != nil
    if context.console.json { return }
    let (columns, rows) = Records.table(items)
    context.console.lines(
      csv
        ? ([columns] + rows).map { CSV.line($0.map { visible($0 == "-" ? "" : $0) }) }
        : Layout.table(columns.map { $0.uppercased() }, rows))
  }

  func validate() throws {
    if csv, global.json { throw ValidationError("--csv and --json exclude each other") }
  }
}
