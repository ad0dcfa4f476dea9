import AnteroomServices
import CArgon2
import CArgon2Arena
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
    var computed = [UInt8](repeating: 0, count: tag.count)
    // The library reads the salt only, but takes it as mutable.
    var salt = salt
    let code = unsafe password.withPointer { base, count in
      unsafe computed.withUnsafeMutableBufferPointer { out in
        unsafe salt.withUnsafeMutableBufferPointer { salt in
          var context = unsafe argon2_context()
          unsafe context.out = out.baseAddress
          unsafe context.outlen = UInt32(out.count)
          unsafe context.pwd = base
          unsafe context.pwdlen = UInt32(count)
          unsafe context.salt = salt.baseAddress
          unsafe context.saltlen = UInt32(salt.count)
          unsafe context.t_cost = UInt32(parameters.iterations)
          unsafe context.m_cost = UInt32(parameters.memoryKiB)
          unsafe context.lanes = UInt32(parameters.parallelism)
          unsafe context.threads = 1
          unsafe context.version = version
          unsafe context.allocate_cbk = anteroom_arena_allocate
          unsafe context.free_cbk = anteroom_arena_release
          return unsafe argon2_ctx(&context, isIndependent ? Argon2_i : Argon2_id)
        }
      }
    }
    guard code == ARGON2_OK.rawValue else { throw Argon2.Fault(code: code) }
    return equalInConstantTime(computed.span, tag.span)
  }
}
