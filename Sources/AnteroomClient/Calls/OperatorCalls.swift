extension Call {
  package static let health = Call("GET", Target("health").text)
  package static let status = Call("GET", Target("status").text)
  package static let auditCheckpoint = Call("GET", Target("audit", "checkpoint").text)
  package static let verifyAudit = Call("POST", Target("audit", "verify").text)

  /// Records with an index above `after`, oldest first.
  package static func audit(
    after: Int? = nil, subject: String? = nil, event: String? = nil, limit: Int? = nil
  ) -> Call {
    Call(
      "GET",
      Target("audit").query("after", after).query("subject", subject).query("event", event).query("limit", limit).text)
  }
}
