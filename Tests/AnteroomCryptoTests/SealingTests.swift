import AnteroomServices
import Crypto
import SecretMemory
import Testing

import struct AnteroomCore.Digest

@testable import AnteroomCrypto

private func digest(_ purpose: DigestPurpose, _ context: String, _ value: String, root: UInt64 = 7) -> Digest {
  KeyedDigests(root: testRoot(root)).keyed(purpose, context: context, Array(value.utf8).span)
}

@Suite struct SealingTests {
  @Test func `a plain digest is SHA-256`() {
    let hash = KeyedDigests(root: testRoot()).sha256(Array("abc".utf8).span)
    #expect(hash.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test(arguments: DigestPurpose.allCases)
  func `a keyed digest is HMAC over the context with its length and the value`(purpose: DigestPurpose) {
    let key = testRoot().key(for: .digest(purpose), generation: 1)
    let message: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 2] + Array("m1".utf8) + Array("secret".utf8)
    let expected = Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
    #expect(digest(purpose, "m1", "secret").bytes == expected)
  }

  @Test func `equal values differ by purpose, context, root key and where the context ends`() {
    var seen = Set(DigestPurpose.allCases.map { digest($0, "m1", "secret") })
    seen.insert(digest(.passcode, "m2", "secret"))
    seen.insert(digest(.passcode, "m1s", "ecret"))
    seen.insert(digest(.passcode, "", "m1secret"))
    seen.insert(digest(.passcode, "m1", "secret", root: 8))
    #expect(seen.count == DigestPurpose.allCases.count + 4)
    #expect(digest(.passcode, "m1", "secret") == digest(.passcode, "m1", "secret"))
  }

  @Test(arguments: [0, 1, 20, 1000])
  func `what was sealed opens under its context`(count: Int) throws {
    let sealer = Sealer(root: testRoot(), randomness: SeededRandomness())
    let secret = SeededRandomness(3).bytes(count)
    let box = sealer.seal(SecretBytes(copying: secret), context: "acct_1/auth_1")
    let opened = plainIfAny(sealer.open(box, context: "acct_1/auth_1"))
    #expect(opened == secret)
    #expect(box.count == count + 37)
  }

  @Test func `a box opens under no other context and no other root key`() {
    let box = Sealer(root: testRoot(), randomness: SeededRandomness()).seal(
      SecretBytes(copying: [1, 2, 3]), context: "acct_1")
    let elsewhere = Sealer(root: testRoot(), randomness: SeededRandomness()).open(box, context: "acct_2") == nil
    let foreign = Sealer(root: testRoot(8), randomness: SeededRandomness()).open(box, context: "acct_1") == nil
    #expect(elsewhere && foreign)
  }

  @Test func `a flipped bit anywhere, or a missing byte, keeps a box closed`() {
    let sealer = Sealer(root: testRoot(), randomness: SeededRandomness())
    let box = sealer.seal(SecretBytes(copying: Array(0..<20)), context: "c")
    for index in box.indices {
      var flipped = box
      flipped[index] ^= 1
      let isClosed = sealer.open(flipped, context: "c") == nil
      #expect(isClosed, "byte \(index)")
    }
    for count in box.indices {
      let isClosed = sealer.open(Array(box[..<count]), context: "c") == nil
      #expect(isClosed, "cut to \(count)")
    }
  }

  @Test func `a box of an earlier generation opens after a rotation, one of a dropped generation does not`() {
    let old = Sealer(root: testRoot(), randomness: SeededRandomness()).seal(SecretBytes(copying: [9]), context: "c")
    let rotated = Sealer(root: testRoot(), generations: 1...2, randomness: SeededRandomness())
    let dropped = Sealer(root: testRoot(), generations: 2...2, randomness: SeededRandomness())
    let opened = plainIfAny(rotated.open(old, context: "c"))
    let isClosed = dropped.open(old, context: "c") == nil
    #expect(opened == [9] && isClosed)
    #expect(Array(rotated.seal(SecretBytes(copying: [9]), context: "c")[1..<9]) != Array(old[1..<9]))
  }

  @Test func `no two purposes share a key or an id`() {
    let root = testRoot()
    let keys = KeyPurpose.all.flatMap { purpose in
      [1, 2].map { plain(root.secret(for: purpose, generation: $0)) }
    }
    let ids = KeyPurpose.all.flatMap { purpose in [1, 2].map { root.id(of: purpose, generation: $0) } }
    #expect(Set(keys).count == KeyPurpose.all.count * 2)
    #expect(Set(ids).count == KeyPurpose.all.count * 2)
  }

  /// A changed label would close every stored hash and seal: these are for ever.
  @Test func `a derivation is HKDF with the label that was shipped`() {
    let root = RootKey(material: SecretBytes(copying: Array(0..<32)))
    let expected = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: Array(0..<32) as [UInt8]), info: Array("anteroom/v1/pepper/1".utf8),
      outputByteCount: 32)
    #expect(root.key(for: .pepper, generation: 1) == expected)
    #expect(
      KeyPurpose.all.map(\.label) == [
        "root-id", "pepper", "sealing", "audit-mark", "audit-personal", "grant-signing", "checkpoint",
        "digest-username", "digest-source", "digest-passcode", "digest-idempotency", "digest-budget",
        "digest-setupCode", "digest-recoveryCode", "digest-identity", "digest-erasure", "digest-importMark",
      ])
  }
}
