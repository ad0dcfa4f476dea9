package import AnteroomCore
import AnteroomServices
import Crypto
import CryptoExtras
import Glibc
package import SecretMemory

/// Keys and secrets for others' servers, each in a file of its own.
package enum SigningKeyFile {
  /// What is wrong with a file that an operator named: nobody but root, the daemon and a group that the
  /// operator chose may read it.
  package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    package let problem: String
    package let remedy: String

    package var description: String { "\(path) \(problem); \(remedy)" }
  }

  enum Flaw: Error {
    case noECKey, noRSAKey, noSecret

    var problem: String {
      switch self {
      case .noECKey: "holds no private key of P-256 in PEM"
      case .noRSAKey: "holds no private RSA key of 2048 bits or more in PEM"
      case .noSecret: "holds no secret of 32 to 256 visible ASCII characters on one line"
      }
    }

    var remedy: String {
      switch self {
      case .noECKey: "make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"
      case .noRSAKey: "make one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048"
      case .noSecret: "make one: openssl rand -hex 32"
      }
    }
  }

  /// Says what is wrong with an audience's `key_file`, if anything is.
  package static func check(_ path: String, for dialect: Dialect) throws(Fault) {
    _ = try key(path, for: dialect, kid: nil)
  }

  static func key(_ path: String, for dialect: Dialect, kid: String?) throws(Fault) -> SigningKey {
    let contents = try read(path)
    do throws(Flaw) {
      return try SigningKey(contents, for: dialect, kid: kid)
    } catch {
      throw Fault(path: path, problem: error.problem, remedy: error.remedy)
    }
  }

  /// The secret that a TURN server shares: 16 to 256 visible characters.
  package static func turnSecret(_ path: String) throws(Fault) -> SecretBytes {
    let contents = try read(path)
    let bytes = contents.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    guard let secret = secretText(bytes, atLeast: 16) else {
      throw Fault(
        path: path, problem: "holds no secret of 16 to 256 visible ASCII characters on one line",
        remedy: "make one: openssl rand -hex 32")
    }
    return SecretBytes(copying: secret)
  }

  /// The one line of a file without the line's end; nil for anything that a server would read otherwise.
  static func secretText(_ bytes: [UInt8], atLeast minimum: Int) -> [UInt8]? {
    let line = bytes.last == UInt8(ascii: "\n") ? Array(bytes.dropLast()) : bytes
    return (minimum...256).contains(line.count) && line.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? line : nil
  }

  /// What is public, and decides all the same whom we believe: nobody but root and the daemon may change it.
  package static func published(_ path: String) throws(Fault) -> [UInt8] {
    try read(path, isSecret: false).withBytes { bytes in bytes.indices.map { bytes[$0] } }
  }

  /// At most 64 KiB of a regular file of root's or the daemon's own that others cannot change, and where it is a
  /// secret, not read. A group may: root's file is given to a daemon that is not root by its group.
  private static func read(_ path: String, isSecret: Bool = true) throws(Fault) -> SecretBytes {
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      if code == ELOOP { throw Fault(path: path, problem: "is a symbolic link", remedy: "name the file itself") }
      throw Fault(
        path: path, problem: "cannot be read (\(text(of: code)))",
        remedy: "put it there, readable for the daemon: chown root:anteroom and chmod 0640")
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Fault(path: path, problem: "is not a regular file", remedy: "name a file")
    }
    guard status.st_uid == 0 || status.st_uid == geteuid() else {
      throw Fault(
        path: path, problem: "belongs to uid \(status.st_uid), which is neither root nor the daemon's own user",
        remedy: "give it to root: chown root \(path)")
    }
    guard status.st_mode & (isSecret ? 0o027 : 0o022) == 0 else {
      throw Fault(
        path: path,
        problem:
          "has mode 0\(String(status.st_mode & 0o777, radix: 8)): others could \(isSecret ? "read or " : "")change it",
        remedy: "take that away: chmod \(isSecret ? "0640 \(path), or 0600" : "0644 \(path)")")
    }
    var count = 0
    let size = Int(status.st_size)
    guard (1...65_536).contains(size) else {
      throw Fault(
        path: path, problem: "has \(size) bytes",
        remedy: isSecret ? "put one key into it" : "put at most 64 KiB into it")
    }
    let contents = unsafe SecretBytes(count: size) { buffer in
      count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    }
    guard count == size else { throw Fault(path: path, problem: "cannot be read whole", remedy: "try again") }
    return contents
  }

  private static func text(of code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}

extension SigningAlgorithm {
  /// What a file of the key directory with such a key is called at its end.
  var fileExtension: String { self == .hs256 ? "secret" : "pem" }
}

extension SigningKeyFile {
  /// A new key as its file will hold it.
  static func newContents(_ algorithm: SigningAlgorithm, randomness: any Randomness) -> SecretBytes {
    switch algorithm {
    case .es256: SecretBytes(copying: Array((newScalar(randomness).pemRepresentation + "\n").utf8))
    case .rs256:
      // 112 bits of strength (NIST SP 800-57, part 1): for what is signed in it to hold for two minutes.
      SecretBytes(copying: Array((newRSA().pkcs8PEMRepresentation + "\n").utf8))
    case .hs256:
      randomness.secret(32).withBytes { secret in
        SecretBytes(copying: Array((Base64.text(secret.indices.map { secret[$0] }, as: .url) + "\n").utf8))
      }
    }
  }

  private static func newScalar(_ randomness: any Randomness) -> P256.Signing.PrivateKey {
    for _ in 0..<64 {
      let key = randomness.secret(32).withBytes { secret in
        try? P256.Signing.PrivateKey(rawRepresentation: secret.indices.map { secret[$0] })
      }
      if let key { return key }
    }
    preconditionFailure("64 random scalars in a row outside the curve's order")
  }

  private static func newRSA() -> _RSA.Signing.PrivateKey {
    guard let key = try? _RSA.Signing.PrivateKey(keySize: .bits2048) else {
      preconditionFailure("BoringSSL makes RSA keys of 2048 bits")
    }
    return key
  }
}
