extension Call {
  package static func setVouched(_ vouched: Bool, account: String) -> Call {
    var body = JSONBody()
    body.set("vouched", .bool(vouched))
    return Call("PATCH", Target("accounts", account).text, body: body.finish())
  }

  package static func removeTOTP(password: WipedBytes, code: WipedBytes, bearer: WipedBytes) -> Call {
    Call(
      "DELETE", Target("accounts", "me", "totp").text, body: bothFactors(password, code), bearer: bearer)
  }

  package static func replaceRecoveryCodes(password: WipedBytes, code: WipedBytes, bearer: WipedBytes) -> Call {
    Call(
      "POST", Target("accounts", "me", "recovery-codes").text, body: bothFactors(password, code), bearer: bearer)
  }

  /// Takes a lost second factor off, and the password with it.
  package static func resetTOTP(account: String) -> Call { Call("DELETE", Target("accounts", account, "totp").text) }

  /// Shows the second factor again.
  package static func reauthenticate(code: WipedBytes, bearer: WipedBytes) -> Call {
    var body = JSONBody()
    body.set("code", secret: code)
    return Call("POST", Target("sessions", "reauthenticate").text, body: body.finish(), bearer: bearer)
  }

  /// `account` is an id, or `me` with a bearer.
  package static func sessions(
    of account: String, limit: Int? = nil, cursor: String? = nil, bearer: WipedBytes? = nil
  ) -> Call {
    Call(
      "GET", Target("accounts", account, "sessions").query("limit", limit).query("cursor", cursor).text, bearer: bearer)
  }

  /// All but the bearer's own.
  package static func revokeSessions(of account: String, bearer: WipedBytes? = nil) -> Call {
    Call("DELETE", Target("accounts", account, "sessions").text, bearer: bearer)
  }

  package static func revokeSession(_ session: String, of account: String, bearer: WipedBytes? = nil) -> Call {
    Call("DELETE", Target("accounts", account, "sessions", session).text, bearer: bearer)
  }

  /// Newest first.
  package static func notifications(limit: Int? = nil, cursor: String? = nil, bearer: WipedBytes) -> Call {
    Call(
      "GET", Target("accounts", "me", "notifications").query("limit", limit).query("cursor", cursor).text,
      bearer: bearer)
  }

  private static func bothFactors(_ password: WipedBytes, _ code: WipedBytes) -> WipedBytes {
    var body = JSONBody()
    body.set("password", secret: password)
    body.set("code", secret: code)
    return body.finish()
  }
}
