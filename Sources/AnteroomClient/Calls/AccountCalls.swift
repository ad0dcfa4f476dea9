extension Call {
  package static func createAccount(username: String, displayName: String?, roles: [String]) -> Call {
    var body = JSONBody()
    body.set("username", username)
    body.set("display_name", ifPresent: displayName)
    if !roles.isEmpty { body.set("roles", .array(roles.map { .string($0) })) }
    return Call("POST", Target("accounts").text, body: body.finish())
  }

  /// Accounts of another program, each an object as the operation takes it.
  package static func importAccounts(_ accounts: [JSONValue], isTrial: Bool) -> Call {
    var body = JSONBody()
    body.set("accounts", .array(accounts))
    if isTrial { body.set("dry_run", .bool(true)) }
    return Call("POST", Target("accounts", "import").text, body: body.finish())
  }

  package static func accounts(username: String? = nil, limit: Int? = nil, cursor: String? = nil) -> Call {
    Call(
      "GET", Target("accounts").query("username", username).query("limit", limit).query("cursor", cursor).text)
  }

  package static func account(_ id: String) -> Call { Call("GET", Target("accounts", id).text) }

  package static func exportAccount(_ id: String) -> Call { Call("GET", Target("accounts", id, "export").text) }

  package static func eraseAccount(_ id: String) -> Call { Call("DELETE", Target("accounts", id).text) }

  package static func editAccount(_ id: String, _ body: WipedBytes) -> Call {
    Call("PATCH", Target("accounts", id).text, body: body)
  }

  package static func setDisabled(_ disabled: Bool, account: String) -> Call {
    var body = JSONBody()
    body.set("disabled", .bool(disabled))
    return Call("PATCH", Target("accounts", account).text, body: body.finish())
  }

  package static func resetPassword(account: String) -> Call {
    Call("POST", Target("accounts", account, "password-reset").text)
  }

  /// Redeems a setup or reset code.
  package static func redeemCode(username: String, code: WipedBytes, password: WipedBytes) -> Call {
    var body = JSONBody()
    body.set("username", username)
    body.set("reset_code", secret: code)
    body.set("new_password", secret: password)
    return Call("POST", Target("password-resets").text, body: body.finish())
  }

  package static func changePassword(current: WipedBytes, new: WipedBytes, bearer: WipedBytes) -> Call {
    var body = JSONBody()
    body.set("current_password", secret: current)
    body.set("new_password", secret: new)
    return Call("PUT", Target("accounts", "me", "password").text, body: body.finish(), bearer: bearer)
  }

  package static func enrolTOTP(password: WipedBytes, bearer: WipedBytes) -> Call {
    var body = JSONBody()
    body.set("password", secret: password)
    return Call("POST", Target("accounts", "me", "totp").text, body: body.finish(), bearer: bearer)
  }

  package static func confirmTOTP(code: WipedBytes, bearer: WipedBytes) -> Call {
    var body = JSONBody()
    body.set("code", secret: code)
    return Call("POST", Target("accounts", "me", "totp", "confirm").text, body: body.finish(), bearer: bearer)
  }
}
