package import AnteroomServices
import Crypto

package import struct AnteroomCore.Digest

/// SHA-256 and HMAC-SHA-256 under keys derived for each purpose. Every join asks for several of these:
/// each purpose's is keyed once, and a digest starts from a copy of it.
package struct KeyedDigests: Digests {
  private let keyed: [DigestPurpose: KeyedHash]

  package init(root: RootKey, generation: Int = 1) {
    keyed = Dictionary(
      uniqueKeysWithValues: DigestPurpose.allCases.map { purpose in
        (purpose, KeyedHash(key: root.key(for: .digest(purpose), generation: generation)))
      })
  }

  package func sha256(_ bytes: Span<UInt8>) -> Digest {
    var hash = SHA256()
    hash.update(bytes)
    return Digest(hash.finalize())
  }

  package func keyed(_ purpose: DigestPurpose, context: String, _ value: Span<UInt8>) -> Digest {
    guard var code = keyed[purpose] else { preconditionFailure("every purpose was given its key at the start") }
    // The length keeps ("ab", "c") and ("a", "bc") apart.
    code.update(UInt64(context.utf8.count))
    var context = context
    context.withUTF8 { unsafe code.update(UnsafeRawBufferPointer($0)) }
    code.update(value)
    return Digest(code.finalize())
  }
}
