import AnteroomClient

extension Context {
  /// Password, then the second factor where the daemon asks for one. `code` is called only then.
  func signIn(username: String, password: WipedBytes, code: () throws -> WipedBytes) async throws -> Answer {
    let first = try await call(.signIn(username: username, password: password), "sign in")
    guard let challenge = try Context.value(of: first)["challenge"]?.text else { return first }
    let code = try code()
    let isTOTP = code.withBytes { typed in
      typed.count == 6 && typed.indices.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(typed[$0]) }
    }
    return try await call(
      .secondFactor(challenge: challenge, method: isTOTP ? "totp" : "recovery_code", code: code), "sign in")
  }

  /// Whether the session that was kept can do nothing but bind a second factor. What hosts need is the site's to say.
  func isForEnrolmentAlone() async -> Bool {
    guard let token = try? sessions.read(), let answer = try? await client.send(.introspect(token: token)).accepted()
    else { return false }
    return (try? answer.json())?["reach"]?.text == "enrolment"
  }

  /// Keeps the token of an answer that starts a session, and gives the session back.
  @discardableResult
  func keepSession(of answer: Answer) throws -> JSONValue {
    let value = try Context.value(of: answer)
    guard let token = value["token"]?.text, let session = value["session"] else {
      throw Failure(.failed, "the answer holds no session", next: advice.command("status"))
    }
    try sessions.write(WipedBytes(token))
    return session
  }
}
