import AnteroomServices
import CArgon2
import SecretMemory

/// Argon2id or Argon2i as PHP, Nextcloud and the `argon2` command write them: without our pepper, with salts and tags
/// of other lengths, and of the earlier version as well.
struct ForeignArgon2Hash: Hashable, Sendable {
  let isIndependent: Bool
  private let version: UInt32
  private let parameters: Argon2Parameters
  private let salt: [UInt8]
  private let tag: [UInt8]

  /// Nil where it is none of these.
  init?(_ start: TextCursor, current: Argon2Parameters) throws(ForeignHashObjection) {
    var cursor = start
    isIndependent = cursor.skip("$argon2i$")
    guard isIndependent || cursor.skip("$argon2id$") else { return nil }
    let name = isIndependent ? "argon2i" : "argon2id"
    let isCurrent = cursor.skip("v=19$")
    guard isCurrent || cursor.skip("v=16$"), cursor.skip("m="), let memory = cursor.number(), cursor.skip(",t="),
      let iterations = cursor.number(), cursor.skip(",p="), let lanes = cursor.number(), cursor.skip("$"),
      let salt = Base64.decode(cursor.field(before: "$"), as: .standard), cursor.skip("$"),
      let tag = Base64.decode(cursor.rest, as: .standard),
      // A tag that was cut short would match one password of a few.
      (8...64).contains(salt.count), (16...64).contains(tag.count)
    else { throw .malformed(scheme: name) }
    let parameters = Argon2Parameters(stored: memory, iterations, lanes)
    // Its memory is the arena's: more than was laid out at the start is not had for it.
    guard Argon2Parameters.parallelismRange.contains(lanes), memory >= 8 * lanes,
      memory <= Argon2Parameters.memoryRange.upperBound,
      iterations <= Argon2Parameters.iterationsRange.upperBound, parameters.isAffordable(for: current),
      parameters.arenaBytes <= current.arenaBytes
    else {
      throw .cost(
        scheme: name,
        bounds: "at most the daemon's memory_kib, which is \(current.memoryKiB), 64 passes within eight times its "
          + "work, and 16 lanes")
    }
    version = isCurrent ? ARGON2_VERSION_13.rawValue : ARGON2_VERSION_10.rawValue
    self.parameters = parameters
    self.salt = salt
    self.tag = tag
  }

  func matches(_ password: borrowing SecretBytes) throws(Argon2.Fault) -> Bool {
    let computed = try Argon2.tag(
      of: password, wipesPassword: false, salt: salt, secret: SecretBytes(copying: []), parameters: parameters,
      byteCount: tag.count, variant: isIndependent ? Argon2_i : Argon2_id, version: version)
    return equalInConstantTime(computed.span, tag.span)
  }
}
