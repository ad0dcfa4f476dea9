import AnteroomClient
import ArgumentParser

struct AuditVerify: Act {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Recompute the audit's tree; exit code 9 when a record was changed.")

  @OptionGroup var global: GlobalOptions

  func run(_ context: Context) async throws {
    let answer = try await context.call(.verifyAudit, "verify the audit")
    let value = try Context.value(of: answer)
    try context.console.show(answer) { Layout.fields($0) }
    // Only an outright yes is a yes.
    guard value["ok"]?.truth == true else {
      throw Failure(
        .integrityBroken, "the audit does not verify",
        why: "record \(Layout.text(value["first_bad_index"])): \(Layout.text(value["reason"]))",
        next: "keep the store as it is, and compare it with the checkpoints in the journal")
    }
  }
}
