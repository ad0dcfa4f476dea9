import AnteroomClient
import ArgumentParser

struct Status: Act {
  static let configuration = CommandConfiguration(
    abstract: "Show how the daemon is: version, store, keys, hashing queue, counts and warnings.")

  @OptionGroup var global: GlobalOptions

  func run(_ context: Context) async throws {
    try context.console.show(await context.call(.status, "read the status")) { Layout.fields($0) }
  }
}
