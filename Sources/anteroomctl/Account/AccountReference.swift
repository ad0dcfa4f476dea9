import AnteroomClient
import AnteroomCore

extension Context {
  /// The id of an account named by id or by username.
  func accountID(_ reference: String, _ what: String) async throws -> String {
    if AccountID(parsing: reference) != nil { return reference }
    let answer = try await call(.accounts(username: reference), what)
    guard let found = try Context.value(of: answer)["items"]?.items?.first?["id"]?.text else {
      throw Failure(
        .notFound, "could not \(what)", why: "no account is named \(reference)", next: advice.command("account list"))
    }
    return found
  }

  /// The username of an account as it is typed in a command; a word to be replaced where it cannot be had.
  func username(of id: String, named reference: String) async -> String {
    guard reference == id, let answer = try? await client.send(.account(id)).accepted(),
      let name = try? answer.json()["account"]?["username"]?.text
    else { return advice.username(reference) }
    return advice.username(name)
  }

  func accountIDs(_ references: [String], _ what: String) async throws -> [String] {
    var ids: [String] = []
    for reference in references { ids.append(try await accountID(reference, what)) }
    return ids
  }
}
