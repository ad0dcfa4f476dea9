import CArgon2
import CArgon2Arena
import SecretMemory

/// One call of libargon2, on the calling thread and in its arena.
package enum Argon2 {
  /// What the library answered instead of a tag: no memory, or a cost that it does not take.
  package struct Fault: Error {
    let code: Int32
  }

  /// Argon2id version 1.3 (RFC 9106), unless another program wrote what is compared. `secret` is the pepper; `wipesPassword` overwrites the password as
  /// soon as it has been absorbed, before the long part of the work.
  static func tag(
    of password: borrowing SecretBytes, wipesPassword: Bool, salt: [UInt8], secret: borrowing SecretBytes,
    associatedData: [UInt8] = [], parameters: Argon2Parameters, byteCount: Int = PHCString.tagByteCount,
    variant: argon2_type = Argon2_id, version: UInt32 = ARGON2_VERSION_13.rawValue
  ) throws(Fault) -> [UInt8] {
    var tag = [UInt8](repeating: 0, count: byteCount)
    // The library reads salt and associated data only, but takes them as mutable.
    var salt = salt
    var associatedData = associatedData
    let code = unsafe password.withPointer { passwordBase, passwordCount in
      unsafe secret.withPointer { secretBase, secretCount in
        unsafe tag.withUnsafeMutableBufferPointer { tag in
          unsafe salt.withUnsafeMutableBufferPointer { salt in
            unsafe associatedData.withUnsafeMutableBufferPointer { associatedData in
              var context = unsafe argon2_context()
              unsafe context.out = tag.baseAddress
              unsafe context.outlen = UInt32(tag.count)
              unsafe context.pwd = passwordBase
              unsafe context.pwdlen = UInt32(passwordCount)
              unsafe context.salt = salt.baseAddress
              unsafe context.saltlen = UInt32(salt.count)
              unsafe context.secret = secretBase
              unsafe context.secretlen = UInt32(secretCount)
              unsafe context.ad = associatedData.baseAddress
              unsafe context.adlen = UInt32(associatedData.count)
              unsafe context.t_cost = UInt32(parameters.iterations)
              unsafe context.m_cost = UInt32(parameters.memoryKiB)
              unsafe context.lanes = UInt32(parameters.parallelism)
              // All lanes on this thread: more would be created and joined at every slice, outside the
              // number of threads that the operator set.
              unsafe context.threads = 1
              unsafe context.version = version
              unsafe context.allocate_cbk = anteroom_arena_allocate
              unsafe context.free_cbk = anteroom_arena_release
              // The pepper serves the next job too, so it is never wiped here.
              unsafe context.flags = wipesPassword ? 1 : 0
              return unsafe argon2_ctx(&context, variant)
            }
          }
        }
      }
    }
    guard code == ARGON2_OK.rawValue else { throw Fault(code: code) }
    return tag
  }
}
