extension Call {
  package static func signIn(username: String, password: WipedBytes) -> Call {
    var body = JSONBody()
    body.set("username", username)
    body.set("password", secret: password)
    return Call("POST", Target("sessions").text, body: body.finish())
  }

  /// `method` is one of those that the challenge named.
  package static func secondFactor(challenge: String, method: String, code: WipedBytes) -> Call {
    var body = JSONBody()
    body.set("challenge", challenge)
    body.set("method", method)
    body.set("code", secret: code)
    return Call("POST", Target("sessions", "second-factor").text, body: body.finish())
  }

  package static func introspect(token: WipedBytes) -> Call {
    var body = JSONBody()
    body.set("token", secret: token)
    return Call("POST", Target("sessions", "introspect").text, body: body.finish())
  }

  package static func signOut(bearer: WipedBytes) -> Call {
    Call("DELETE", Target("sessions", "current").text, bearer: bearer)
  }
}
