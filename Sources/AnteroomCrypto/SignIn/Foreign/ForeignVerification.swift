package import AnteroomServices
package import SecretMemory

/// Hashes of other programs, compared in the same lane: a password that matches is hashed anew in the same job, and
/// theirs is gone with the sign-in.
extension Argon2Lane: ForeignHashReader {
  private static let context = "imported password hash"

  /// Sealed: a copied database without the keys is not worth guessing against, whatever the other program did.
  package func read(_ foreign: borrowing SecretBytes) -> ForeignHashReading {
    var bytes = Argon2Lane.plain(foreign)
    // With the keys and time it is worth a password; the request it came in is overwritten as well.
    defer { for index in bytes.indices { bytes[index] = 0 } }
    guard let first = bytes.first, first != UInt8(ascii: "!"), first != UInt8(ascii: "*") else { return .none }
    do {
      let hash = try ForeignHash(bytes, current: parameters)
      let box = sealer.seal(foreign, context: Argon2Lane.context)
      return .taken(
        PasswordHash(phc: Base64.text(box, as: .url), pepperID: PasswordHash.imported), scheme: hash.scheme,
        isSalted: hash.isSalted)
    } catch {
      return .objection(error)
    }
  }

  /// The cost is bounded a second time, since the database or the configuration may be another now. Match and
  /// mismatch both end with a hash of ours, so that neither takes less time than a sign-in elsewhere.
  func verifyImported(
    _ password: consuming Password, against stored: PasswordHash, fairness: String
  ) async throws(HashingRefusal) -> PasswordVerification {
    guard let box = Base64.decode(Array(stored.phc.utf8)[...], as: .url),
      let opened = sealer.open(box, context: Argon2Lane.context),
      let hash = try? ForeignHash(Argon2Lane.plain(opened), current: parameters)
    else { return .corrupt }
    let typed = Argon2Lane.boxed(password)
    let answer = await pool.run(line: fairness) { [self] () throws(Argon2.Fault) -> HashingAnswer in
      guard let password = typed.take() else { return .refused(.shuttingDown) }
      let isRight = try hash.matches(password)
      let fresh = try freshHash(of: password)
      return .verified(isRight ? .match(replacement: fresh) : .mismatch)
    }
    switch answer {
    case .verified(let verification): return verification
    case .refused(let refusal): throw refusal
    case .hashed: preconditionFailure("a new hash answered a verification")
    }
  }

  private static func plain(_ secret: borrowing SecretBytes) -> [UInt8] {
    secret.withBytes { bytes in bytes.indices.map { bytes[$0] } }
  }
}
