import AnteroomCore
package import AnteroomServices

/// Who shows what to call an endpoint.
package enum BearerRule: String, Sendable {
  /// Nobody speaks for anybody; a bearer that is shown is not looked at.
  case none
  case session
  case sessionOptional = "session-optional"
  case ticket
  /// The session of a host or cohost, or the ticket of a join with such a role.
  case host
  /// A session; or none, from a front end that has the permission `schedule`: it then speaks for itself, and the
  /// meeting's host has to have allowed it.
  case sessionOrSchedule = "session-or-schedule"
  /// The peer of the admin socket; no bearer.
  case `operator`
}

/// Who may call an endpoint. There is no default: a route without a word on each does not build.
package struct Access: Sendable {
  package let adminOnly: Bool
  /// What the front end must have been given; the admin socket's peers have all.
  package let permission: Permission?
  package let bearer: BearerRule

  package init(adminOnly: Bool, permission: Permission?, bearer: BearerRule) {
    self.adminOnly = adminOnly
    self.permission = permission
    self.bearer = bearer
  }

  /// Operators alone, on the admin socket.
  static let operators = Access(adminOnly: true, permission: nil, bearer: .operator)

  /// Whoever reaches a socket.
  static let anybody = Access(adminOnly: false, permission: nil, bearer: .none)

  static func frontEnds(_ permission: Permission, bearer: BearerRule) -> Access {
    Access(adminOnly: false, permission: permission, bearer: bearer)
  }
}

/// What a call costs, by what it may wait for.
package enum Cost: String, Sendable {
  /// Answered from memory.
  case memory
  /// A snapshot of the store.
  case read
  /// A commit.
  case write
  /// A password is judged, against tables and perhaps a large file.
  case judge
  /// Argon2id, on its own lane.
  case hash
  /// The whole audit is read.
  case scan
  /// Key pairs are made, which takes tenths of a second.
  case keys

  /// Computes for longer than the other requests of an event loop should wait.
  var isLong: Bool {
    switch self {
    case .memory, .read, .write: false
    case .judge, .hash, .scan, .keys: true
    }
  }
}

/// What an endpoint reads of a body.
package enum BodyRule: Sendable {
  /// Nothing; an empty object is let pass.
  case none
  /// A JSON object, whose members of these names are secrets.
  case object(secrets: Set<String>)
  /// As `object`, and it may be missing.
  case optionalObject(secrets: Set<String>)
}

/// One operation, with everything that is to be known about it in one place.
package final class Endpoint: Sendable {
  /// `operationId` in `openapi.yaml`.
  package let operation: String
  package let method: String
  /// With parameters in braces.
  package let path: String
  package let access: Access
  /// What it lets somebody guess at; each goes through the one limiter.
  package let secrets: [SecretTest]
  package let cost: Cost
  /// Query parameters that it knows.
  package let query: Set<String>
  package let body: BodyRule
  package let handle: @Sendable (Exchange) async throws -> Reply

  package convenience init(
    _ operation: String, _ method: String, _ path: String, access: Access, secret: SecretTest?, cost: Cost,
    query: Set<String> = [], body: BodyRule, handle: @escaping @Sendable (Exchange) async throws -> Reply
  ) {
    self.init(
      operation, method, path, access: access, secrets: secret.map { [$0] } ?? [], cost: cost, query: query,
      body: body, handle: handle)
  }

  package init(
    _ operation: String, _ method: String, _ path: String, access: Access, secrets: [SecretTest], cost: Cost,
    query: Set<String> = [], body: BodyRule, handle: @escaping @Sendable (Exchange) async throws -> Reply
  ) {
    self.operation = operation
    self.method = method
    self.path = path
    self.access = access
    self.secrets = secrets
    self.cost = cost
    self.query = query
    self.body = body
    self.handle = handle
  }
}

/// One call of an endpoint: what was asked, by whom, and with what.
package struct Exchange: Sendable {
  package let request: Request
  package let caller: Caller
  /// The caller as it stands now, for an answer that goes on; nil once it may not ask this any more.
  let callerNow: @Sendable () -> Caller?
  /// The values of the path's parameters, percent-decoded.
  let path: [String: String]
  let query: [String: String]
  private let parsed: JSONValue?
  /// The keyed digest's input for an idempotency record: the body as it came, where a key came with it.
  let idempotency: IdempotencyClaim?

  init(
    request: Request, caller: Caller, callerNow: @escaping @Sendable () -> Caller?, path: [String: String],
    query: [String: String], parsed: JSONValue?,
    idempotency: IdempotencyClaim?
  ) {
    self.request = request
    self.caller = caller
    self.callerNow = callerNow
    self.path = path
    self.query = query
    self.parsed = parsed
    self.idempotency = idempotency
  }

  func parameter(_ name: String) -> String { path[name] ?? "" }

  /// The body, for an endpoint that reads one.
  func body() throws(Refusal) -> BodyReader { try BodyReader(parsed ?? .object([])) }

  /// `?limit=`, 1 to 200.
  func limit() throws(Refusal) -> Int {
    guard let text = query["limit"] else { return 50 }
    guard let limit = Numbers.decimal(text), (1...200).contains(limit) else {
      throw Refusal(.invalidField, "limit must be a whole number from 1 to 200.")
    }
    return Int(limit)
  }

  /// `?cursor=` as a page gave it.
  func cursor() throws(Refusal) -> Int64? {
    guard let text = query["cursor"] else { return nil }
    guard let cursor = Numbers.decimal(text) else {
      throw Refusal(.invalidField, "cursor must be one that a page gave.")
    }
    return cursor
  }

  /// `If-Match`: a list of tags, of which one has to be the current one; what is no tag of ours matches nothing.
  func ifMatch() -> ExpectedVersion {
    let lines = request.headers.filter { $0.name == "if-match" }.map(\.value)
    if lines.isEmpty || lines == ["*"] { return .any }
    // Said twice it is nobody's one word: a proxy that adds its own must not widen what the client asked.
    guard lines.count == 1 else { return .oneOf([]) }
    let tags = lines[0].split(separator: ",").map { $0.drop { $0 == " " || $0 == "\t" } }
    return .oneOf(
      tags.compactMap { tag in
        let tag = tag.prefix { $0 != " " && $0 != "\t" }
        guard tag.hasPrefix("\"v"), tag.hasSuffix("\"") else { return nil }
        return Numbers.decimal(String(tag.dropFirst(2).dropLast()))
      })
  }

  func accountID(_ name: String) throws(Refusal) -> AccountID {
    guard let id = AccountID(parsing: parameter(name)) else { throw Refusal(.notFound, "There is no such account.") }
    return id
  }
}

/// Whole numbers as clients write them: digits alone, no sign, no leading zero.
enum Numbers {
  static func decimal(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.count <= 18, bytes.count == 1 || bytes[0] != UInt8(ascii: "0"),
      bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return Int64(text)
  }
}
