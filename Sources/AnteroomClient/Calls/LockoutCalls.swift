extension Call {
  /// What the budgets refuse now; with `all` what they only count as well.
  package static func lockouts(
    username: String? = nil, source: String? = nil, all: Bool = false, limit: Int? = nil, cursor: String? = nil
  ) -> Call {
    Call(
      "GET",
      Target("lockouts").query("username", username).query("source", source).query("all", all ? "true" : nil)
        .query("limit", limit).query("cursor", cursor).text)
  }

  package static func clearLockout(_ id: String) -> Call { Call("DELETE", Target("lockouts", id).text) }
}
