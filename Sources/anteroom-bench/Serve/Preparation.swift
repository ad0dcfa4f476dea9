import AnteroomClient

/// Accounts, meetings and grants, asked for through the sockets as any client would.
struct Preparation {
  let workplace: Workplace

  struct Door {
    let meeting: String
    let passcode: String

    /// A guest with the right passcode.
    var request: [UInt8] {
      Preparation.request(
        "POST", "/v1/meetings/\(meeting)/joins",
        #"{"display_name":"Ada Lovelace","passcode":"\#(passcode)","client":{"kind":"person","name":"web"}}"#)
    }
  }

  /// Accounts with a password and no second factor, and the sign-in of each.
  func signIns(_ count: Int) throws -> [[UInt8]] {
    let admin = try Wire(workplace.admin)
    return try (0..<count).map { number in
      let password = "a quiet lantern by harbour \(number)"
      _ = try created(admin, "/v1/accounts", #"{"username":"person-\#(number)","password":"\#(password)"}"#)
      return Preparation.request(
        "POST", "/v1/sessions", #"{"username":"person-\#(number)","password":"\#(password)"}"#)
    }
  }

  /// Meetings with a passcode; `policy` as JSON.
  func doors(_ count: Int, host: String, policy: String = "{}") throws -> [Door] {
    let admin = try Wire(workplace.admin)
    _ = try created(admin, "/v1/accounts", #"{"username":"\#(host)","roles":["host"]}"#)
    return try (0..<count).map { number in
      let made = try created(
        admin, "/v1/meetings", #"{"host":"\#(host)","title":"Meeting \#(number)","policy":\#(policy)}"#)
      guard let meeting = made["meeting"]?["id"]?.text, let passcode = made["passcode"]?.text else {
        throw BenchFailure("a meeting without id or passcode")
      }
      return Door(meeting: meeting, passcode: passcode)
    }
  }

  /// Fresh grants of guests that the meeting behind `door` lets straight in.
  func introspections(_ count: Int, through door: Door) throws -> [[UInt8]] {
    let frontend = try Wire(workplace.frontend)
    return try (0..<count).map { _ in
      let answer = try Preparation.json(try Preparation.exchange(frontend, door.request, expecting: 201))
      guard let grant = answer["grant"]?.text else { throw BenchFailure("an admission without a grant") }
      return Preparation.request("POST", "/v1/grants/introspect", #"{"grant":"\#(grant)"}"#)
    }
  }

  /// Introspections of sessions that these sign-ins start.
  func introspections(ofSessionsBy signIns: [[UInt8]]) throws -> [[UInt8]] {
    let frontend = try Wire(workplace.frontend)
    return try signIns.map { signIn in
      let answer = try Preparation.json(try Preparation.exchange(frontend, signIn, expecting: 201))
      guard let token = answer["token"]?.text else { throw BenchFailure("a session without a token") }
      return Preparation.request("POST", "/v1/sessions/introspect", #"{"token":"\#(token)"}"#)
    }
  }

  /// One request and the body of its answer.
  static func exchange(_ wire: Wire, _ request: [UInt8], expecting status: Int) throws -> [UInt8] {
    try wire.send(request)
    while true {
      guard let answered = try wire.receive() else { continue }
      guard answered == status else {
        throw BenchFailure("\(answered) and not \(status): \(String(decoding: wire.body.prefix(400), as: UTF8.self))")
      }
      return wire.body
    }
  }

  /// That what is to be measured is what it should be: an inactive grant would be answered with 200 too.
  static func check(_ socket: String, _ request: [UInt8], isActive: Bool = true) throws {
    let body = try exchange(try Wire(socket), request, expecting: 200)
    guard try json(body)["active"]?.truth == isActive else {
      throw BenchFailure("not active: what was prepared is over")
    }
  }

  static func request(_ method: String, _ target: String, _ body: String) -> [UInt8] {
    Array(
      """
      \(method) \(target) HTTP/1.1\r
      Host: anteroom\r
      Content-Type: application/json\r
      Content-Length: \(body.utf8.count)\r
      \r
      \(body)
      """.utf8)
  }

  private func created(_ wire: Wire, _ target: String, _ body: String) throws -> JSONValue {
    try Preparation.json(
      try Preparation.exchange(wire, Preparation.request("POST", target, body), expecting: 201))
  }

  private static func json(_ body: [UInt8]) throws -> JSONValue { try JSONReader.read(body) }
}
