import AnteroomAPI
import AnteroomCore
import AnteroomCrypto
import AnteroomDaemon
import AnteroomSQLite
import AnteroomServices
import AnteroomSystem
import Foundation
import SecretMemory
import Testing

/// An account on a site of its own, with sessions and a second factor as a test wants them, written where the daemon
/// would have written them.
struct Person: Sendable {
  let site: Site
  let id: AccountID

  private static let randomness = SystemRandomness()
  private static let mint = TokenMint(
    digests: KeyedDigests(root: RootKey(material: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))),
    randomness: randomness)

  static func meet(isHost: Bool = true, _ body: (Person) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("person-\(UUID().uuidString).db").path
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let person = Person(
      site: try Site(path: path), id: AccountID(random: randomness.bytes(AccountID.randomByteCount)))
    try await person.site.composition.store.write { tx throws(StorageFault) in
      _ = try tx.insert(
        Account(
          id: person.id, username: Username(known: "ada"), displayName: DisplayName(known: "Ada"), isHost: isHost,
          vouched: true, disabled: false, hasSecondFactor: false, createdAt: tx.now, lastSignInAt: nil, version: 1),
        salt: [UInt8](repeating: 2, count: 16))
    }
    try await body(person)
    await person.site.close()
  }

  /// A session that showed its factors `age` seconds ago.
  func session(
    _ methods: [SignInMethod] = [.password, .totp], age: Int = 0
  ) async throws -> (token: String, id: SessionID) {
    let session = SessionID(random: Person.randomness.bytes(SessionID.randomByteCount))
    let minted = Person.mint.mint(.session, name: String(session.text.dropFirst(SessionID.prefix.count)))
    let digest = minted.digest
    let token = minted.token.text.withBytes { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
    let account = id
    try await site.composition.store.write { tx throws(StorageFault) in
      var row = SessionLifetime(idleSeconds: 3600, maxSeconds: 86_400).session(
        id: session, account: account, methods: methods, factors: methods.contains(.totp) ? 2 : 1, at: tx.now)
      row.authenticatedAt = tx.now.adding(seconds: -age)
      try tx.insert(row, digest: digest)
    }
    return (token, session)
  }

  /// A second factor whose secret nobody knows.
  func bindAuthenticator(isDisabled: Bool = false) async throws {
    let account = id
    try await site.composition.store.write { tx throws(StorageFault) in
      let authenticator = Authenticator(
        id: AuthenticatorID(random: Person.randomness.bytes(AuthenticatorID.randomByteCount)), account: account,
        sealedSecret: [0], confirmed: false,
        state: AuthenticatorState(lastStep: 0, failures: isDisabled ? 20 : 0, disabled: isDisabled),
        expiresAt: tx.now.adding(seconds: 60))
      try tx.insert(pending: authenticator)
      try tx.confirm(authenticator)
    }
  }

  /// The status, the problem's code if it is one, and the body.
  func ask(
    _ method: String, _ target: String, token: String? = nil, _ body: String? = nil, asOperator: Bool = false
  ) async -> (status: Int, code: String?, json: [String: Any]) {
    let reply = await site.ask(method, target, on: asOperator ? .admin : .frontend, bearer: token, body: body)
    let json = try? JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any]
    return (reply.status, json?["code"] as? String, json ?? [:])
  }
}
