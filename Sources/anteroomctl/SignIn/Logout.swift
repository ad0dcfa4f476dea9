import AnteroomClient
import ArgumentParser

struct Logout: Act {
  static let configuration = CommandConfiguration(abstract: "End the session that login kept, and forget it.")

  @OptionGroup var global: GlobalOptions

  func run(_ context: Context) async throws {
    guard let token = try context.sessions.read() else { return context.console.hint("Nobody is signed in here.") }
    let call = Call.signOut(bearer: token)
    let answer = try await context.anyAnswer(call, "sign out")
    // A session that has ended already is what was asked for.
    if !answer.succeeded, answer.status != 401 {
      throw context.advice.failure("sign out", Problem(answer), target: call.target)
    }
    try context.sessions.remove()
    context.console.hint("Signed out.")
  }
}
