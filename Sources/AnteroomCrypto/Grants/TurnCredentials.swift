package import AnteroomCore
package import AnteroomServices
import Crypto
import SecretMemory
import Synchronization

/// Credentials of the shared-secret scheme that coturn calls `use-auth-secret`: the username says until when it
/// is good, the password is base64 of its HMAC-SHA-1 under a secret that the server has too. SHA-1 is the scheme's;
/// as HMAC it holds (NIST SP 800-107, section 5.3.4).
package final class TurnCredentials: TurnSigning {
  /// Servers with their secret, read and not yet in use.
  package struct Servers: Sendable {
    let uris: [String]
    let seconds: Int
    let secret: SymmetricKey
  }

  private let servers: Mutex<Servers?>

  /// Reads the secret. Nil for no server.
  package init(_ configured: TurnServers?) throws(SigningKeyFile.Fault) {
    servers = Mutex(try TurnCredentials.read(configured))
  }

  /// What was given out is good for as long as the server has the old secret.
  package func replace(_ new: Servers?) { servers.withLock { $0 = new } }

  package static func read(_ configured: TurnServers?) throws(SigningKeyFile.Fault) -> Servers? {
    guard let configured else { return nil }
    let secret = try SigningKeyFile.turnSecret(configured.secretFile)
    return Servers(
      uris: configured.uris, seconds: configured.seconds,
      secret: secret.withBytes { bytes in SymmetricKey(data: bytes.indices.map { bytes[$0] }) })
  }

  package func credential(for join: JoinID, at now: Instant) -> TurnCredential? {
    guard let servers = servers.withLock({ $0 }) else { return nil }
    let expiresAt = Instant(seconds: now.seconds).adding(seconds: servers.seconds)
    // The join, so that the server's log and the audit speak of the same one, and of nobody by name.
    let username = "\(expiresAt.seconds):\(join.text)"
    let code = HMAC<Insecure.SHA1>.authenticationCode(for: Array(username.utf8), using: servers.secret)
    return TurnCredential(
      uris: servers.uris, username: username, credential: Base64.paddedText(Array(code)), expiresAt: expiresAt)
  }
}
