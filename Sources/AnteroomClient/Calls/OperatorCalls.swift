extension Call {
  package static let health = Call("GET", Target("health").text)
  package static let status = Call("GET", Target("status").text)
  package static let keys = Call("GET", Target("keys").text)
  package static let auditCheckpoint = Call("GET", Target("audit", "checkpoint").text)
  package static let verifyAudit = Call("POST", Target("audit", "verify").text)

  /// For one audience, or for all whose key pair the daemon made.
  package static func rotateKeys(audience: String?, signsIn seconds: Int) -> Call {
    var body = JSONBody()
    body.set("audience", ifPresent: audience)
    if seconds > 0 { body.set("signs_in", .number(String(seconds))) }
    return Call("POST", Target("keys", "rotate").text, body: body.finish())
  }

  /// What passwords are hashed with.
  package static func rotatePepper() -> Call {
    var body = JSONBody()
    body.set("key", "pepper")
    return Call("POST", Target("keys", "rotate").text, body: body.finish())
  }

  /// Records with an index above `after`, oldest first.
  package static func audit(
    after: Int? = nil, subject: String? = nil, event: String? = nil, limit: Int? = nil
  ) -> Call {
    Call(
      "GET",
      Target("audit").query("after", after).query("subject", subject).query("event", event).query("limit", limit).text)
  }
}
