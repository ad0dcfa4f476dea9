package import AnteroomCore
package import AnteroomServices
import SecretMemory

/// Everything that answers: the catalogue of endpoints, and the one way through it.
package struct API: Responder {
  /// Every operation of both sockets.
  package let catalogue: [Endpoint]
  private let router: Router
  private let sessions: SessionService
  private let peers: PeerTable
  private let mint: TokenMint
  private let digests: any Digests
  /// Told of what no endpoint should ever do: something failed that is neither refusal nor fault.
  private let onDefect: @Sendable (RequestID, String) -> Void

  package init(
    services: Services, peers: PeerTable, mint: TokenMint, digests: any Digests,
    onDefect: @escaping @Sendable (RequestID, String) -> Void
  ) {
    catalogue = Endpoints.all(services)
    router = Router(catalogue)
    sessions = services.sessions
    self.peers = peers
    self.mint = mint
    self.digests = digests
    self.onDefect = onDefect
  }

  package func respond(to request: Request) async -> Reply {
    do {
      return try await answer(request)
    } catch let refusal as Refusal {
      return refusal.reply
    } catch let fault as StorageFault {
      onDefect(request.id, String(describing: fault))
      return Refusal(fault).reply
    } catch {
      onDefect(request.id, String(describing: error))
      return Refusal(.storageUnavailable, "The daemon could not answer.", retryAfter: 5).reply
    }
  }

  /// The operation's method and path as the catalogue has them, with nothing of what the client wrote; nil where it
  /// asked for none.
  package func operation(of request: Request) -> String? {
    guard case .endpoint(let endpoint, _) = router.match(method: request.method, path: API.path(of: request)) else {
      return nil
    }
    return "\(endpoint.method) \(endpoint.path)"
  }

  private static func path(of request: Request) -> Substring {
    request.target.prefix { $0 != "?" }
  }

  package func refuse(_ refusal: TransportRefusal) -> Reply {
    switch refusal {
    case .malformed: Refusal(.malformedRequest).reply
    case .headersTooLarge: Refusal(.headersTooLarge, "At most 64 headers and 8 KiB of them.").reply
    case .bodyTooLarge: Refusal(.bodyTooLarge, "At most 64 KiB.").reply
    case .tooManyConnections:
      Refusal(.busy, "This peer holds as many connections as it may.", retryAfter: 1).reply
    case .shuttingDown: Refusal(.shuttingDown, retryAfter: 1).reply
    case .tooSlow: Refusal(.requestTimeout).reply
    }
  }

  /// The order is that of trust: who speaks, what is asked, whether it may be, and only then the body.
  private func answer(_ request: Request) async throws -> Reply {
    for name in ["origin", "referer", "cookie"] where request.headers.contains(where: { $0.name == name }) {
      throw Refusal(
        .browserRequest, "The header \(name) shows a browser's request. A proxy that speaks for browsers clears it.")
    }
    let target = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = API.path(of: request)
    let isHealth = path == "/v1/health"
    guard let frontEnd = peers.frontEnd(request.peer, on: request.socket) ?? (isHealth ? .nobody : nil) else {
      throw Refusal(.peerNotAllowed, "The configuration names no front end with uid \(request.peer.uid).")
    }
    let endpoint: Endpoint
    let parameters: [String: String]
    switch router.match(method: request.method, path: path) {
    case .none: throw Refusal(.notFound, "There is no such resource.")
    case .methodNotAllowed(let methods):
      throw Refusal(.methodNotAllowed, headers: [("Allow", Set(methods).sorted().joined(separator: ", "))])
    case .endpoint(let found, let values): (endpoint, parameters) = (found, values)
    }
    if endpoint.access.adminOnly && request.socket != .admin {
      throw Refusal(.permissionDenied, "Operators do that, on the admin socket.")
    }
    if let permission = API.missingPermission(of: frontEnd, for: endpoint, request) {
      throw Refusal(.permissionDenied, "The front end \(frontEnd.name) has no permission `\(permission.rawValue)`.")
    }
    let query = try API.query(target.count == 2 ? target[1] : nil, known: endpoint.query)
    let bearer = try bearer(request, endpoint.access.bearer, frontEnd)
    let caller = Caller(request, frontEnd, bearer)
    let callerNow: @Sendable () -> Caller? = { [peers] in
      guard let frontEnd = peers.frontEnd(request.peer, on: request.socket),
        API.missingPermission(of: frontEnd, for: endpoint, request) == nil
      else { return nil }
      return Caller(request, frontEnd, bearer)
    }
    let (parsed, claim) = try body(request, endpoint, caller)
    let exchange = Exchange(
      request: request, caller: caller, callerNow: callerNow, path: parameters, query: query, parsed: parsed,
      idempotency: claim)
    let reply = try await endpoint.cost.isLong ? API.onPool(endpoint, exchange) : endpoint.handle(exchange)
    // A read that succeeded stays one when the note of its session's use cannot be written.
    switch (endpoint.cost, caller.bearer?.kind) {
    case (_, .ticket), (.read, .session), (.judge, .session): try? await sessions.renew(caller)
    case _: break
    }
    return reply
  }

  /// Who acts for hosts by delegation, with nobody's session, needs the permission to schedule and no other.
  private static func missingPermission(
    of frontEnd: FrontEnd, for endpoint: Endpoint, _ request: Request
  ) -> Permission? {
    guard let permission = endpoint.access.permission, !frontEnd.permissions.contains(permission) else { return nil }
    let isScheduling =
      endpoint.access.bearer == .sessionOrSchedule && frontEnd.permissions.contains(.schedule)
      && !request.headers.contains { $0.name == "authorization" }
    return isScheduling ? nil : permission
  }

  /// Away from the thread of the caller's connection, where all its other callers would wait meanwhile.
  private static func onPool(_ endpoint: Endpoint, _ exchange: Exchange) async throws -> Reply {
    try await withTaskExecutorPreference(globalConcurrentExecutor) { try await endpoint.handle(exchange) }
  }

  /// The bearer where one may be shown: read, not yet believed.
  private func bearer(_ request: Request, _ rule: BearerRule, _ frontEnd: FrontEnd) throws(Refusal) -> TokenProof? {
    switch rule {
    case .none, .operator: return nil
    case .session, .sessionOptional, .sessionOrSchedule, .ticket, .host: break
    }
    guard request.headers.contains(where: { $0.name == "authorization" }) else {
      if rule == .sessionOptional || request.socket == .admin { return nil }
      if rule == .sessionOrSchedule && frontEnd.permissions.contains(.schedule) { return nil }
      throw Refusal(.invalidToken, "A bearer token is required.")
    }
    guard let value = request.header("authorization"), value.utf8.count < 256,
      value.prefix(7).lowercased() == "bearer ", let proof = mint.read(String(value.dropFirst(7)))
    else { throw Refusal(.invalidToken) }
    return proof
  }

  private func body(
    _ request: Request, _ endpoint: Endpoint, _ caller: Caller
  ) throws -> (JSONValue?, IdempotencyClaim?) {
    let secrets: Set<String>
    let isRequired: Bool
    switch endpoint.body {
    case .none: (secrets, isRequired) = ([], false)
    case .object(let names): (secrets, isRequired) = (names, true)
    case .optionalObject(let names): (secrets, isRequired) = (names, false)
    }
    if request.body.isEmpty {
      if isRequired { throw Refusal(.malformedJSON, "A JSON object is required.") }
      let nothing: [UInt8] = []
      let empty = digests.keyed(.idempotency, context: "body", nothing.span)
      return (nil, try idempotencyScope(request, caller).map { IdempotencyClaim(scope: $0, body: empty) })
    }
    guard let type = request.header("content-type"), API.isJSON(type) else { throw Refusal(.unsupportedMediaType) }
    let scope = try idempotencyScope(request, caller)
    return try request.body.consume { bytes throws(Refusal) in
      let value: JSONValue
      do throws(JSONFlaw) {
        value = try JSONReader.read(bytes, secrets: secrets)
      } catch {
        throw Refusal(.malformedJSON, "The body \(error.kind.rawValue), at byte \(error.offset).")
      }
      if case .none = endpoint.body { try BodyReader(value).finish() }
      let claim = scope.map { IdempotencyClaim(scope: $0, body: digests.keyed(.idempotency, context: "body", bytes)) }
      return (value, claim)
    }
  }

  private func idempotencyScope(_ request: Request, _ caller: Caller) throws(Refusal) -> Digest? {
    guard request.headers.contains(where: { $0.name == "idempotency-key" }) else { return nil }
    guard let key = request.header("idempotency-key"), (1...64).contains(key.utf8.count),
      key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw Refusal(.malformedRequest, "Idempotency-Key must be 1 to 64 visible ASCII characters, once.") }
    let scope = [caller.frontEnd.name, caller.bearer?.name ?? "", request.method, request.target, key]
    return digests.keyed(.idempotency, context: "scope", Array(scope.joined(separator: "\u{0}").utf8).span)
  }

  /// `application/json`, whatever its parameters say.
  private static func isJSON(_ type: String) -> Bool {
    let name = type.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
    return name.elementsEqual("application/json".utf8) || String(Substring(name)).lowercased() == "application/json"
  }

  private static func query(_ text: Substring?, known: Set<String>) throws(Refusal) -> [String: String] {
    guard let text, !text.isEmpty else { return [:] }
    var values: [String: String] = [:]
    for pair in text.split(separator: "&", omittingEmptySubsequences: false) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let name = PercentEncoding.decode(parts[0].utf8),
        let value = PercentEncoding.decode(parts[1].utf8)
      else { throw Refusal(.invalidField, "The query is not made of name=value.") }
      guard known.contains(name) else {
        throw Refusal(.invalidField, "There is no query parameter `\(name.jsonPointerEscaped)` here.")
      }
      guard values.updateValue(value, forKey: name) == nil else {
        throw Refusal(.invalidField, "The query parameter `\(name)` is repeated.")
      }
    }
    return values
  }
}

extension Caller {
  fileprivate init(_ request: Request, _ frontEnd: FrontEnd, _ bearer: TokenProof?) {
    self.init(
      request: request.id, frontEnd: frontEnd, operatorUID: request.socket == .admin ? request.peer.uid : nil,
      bearer: bearer)
  }
}

extension FrontEnd {
  /// Asks for health and nothing else.
  fileprivate static let nobody = FrontEnd(
    name: "nobody", permissions: [], audiences: [], isBelievedOnSource: false, clientKind: nil, link: nil)
}
