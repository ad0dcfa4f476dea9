import AnteroomClient

/// What a command works with.
struct Context {
  let client: Client
  let console: Console
  let sessions: SessionStore
  let advice: Advice

  static func run(_ act: any Act) async throws {
    let client = Client(socket: act.global.socket)
    let context = Context(
      client: client, console: Console(json: act.global.json), sessions: SessionStore(socket: act.global.socket),
      advice: Advice(socket: act.global.socket, words: Anteroomctl.words(of: type(of: act))))
    do {
      try await act.run(context)
    } catch var failure as Failure {
      await client.close()
      // How else it is said, the help knows.
      if failure.status == .usage, failure.next == nil { failure.next = context.advice.help }
      throw failure
    } catch {
      await client.close()
      throw error
    }
    await client.close()
  }

  /// The accepted answer, or a failure that begins with `what`. With `--json` the refusal is printed
  /// as it came besides.
  func call(_ call: Call, _ what: String) async throws -> Answer {
    let answer = try await anyAnswer(call, what)
    do {
      return try answer.accepted()
    } catch {
      if console.json { console.raw(answer.body) }
      throw advice.failure(what, error, target: call.target)
    }
  }

  /// The answer whatever its status.
  func anyAnswer(_ call: Call, _ what: String) async throws -> Answer {
    do {
      return try await client.send(call)
    } catch {
      throw advice.failure(what, error)
    }
  }

  static func value(of answer: Answer) throws -> JSONValue {
    do {
      return try answer.json()
    } catch {
      throw Failure(
        .failed, "the answer is not JSON", why: "\(error.reason.rawValue) at byte \(error.offset)",
        next: "see whether it is anteroomd that listens on the socket")
    }
  }

  /// The session that `login` kept. Throws when there is none.
  func bearer(_ what: String) throws -> WipedBytes {
    guard let token = try sessions.read() else {
      throw Failure(
        .denied, "could not \(what)", why: "it is done by whoever is signed in, and nobody is signed in here",
        next: advice.command("login"))
    }
    return token
  }
}
