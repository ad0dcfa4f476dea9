import ArgumentParser

struct Audit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The record of what was done, by whom, in order.", subcommands: [AuditTail.self, AuditVerify.self])
}
