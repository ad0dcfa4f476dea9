import Crypto
import Testing

import struct AnteroomCore.Digest

@testable import AnteroomCrypto

private let seals = AuditSeals(root: testRoot(), randomness: SeededRandomness())

/// The leaves that Certificate Transparency's own tests are built on.
private let leaves = [
  "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
].map(bytes(hex:))

/// RFC 6962, section 2.1, as it is written there.
private func root(_ leaves: ArraySlice<[UInt8]>) -> Digest {
  guard let first = leaves.first else { return seals.emptyRoot }
  if leaves.count == 1 { return seals.leafHash(first) }
  var split = 1
  while split * 2 < leaves.count { split *= 2 }
  let middle = leaves.startIndex + split
  return seals.nodeHash(root(leaves[..<middle]), root(leaves[middle...]))
}

@Suite struct AuditSealsTests {
  @Test(arguments: [
    (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    (4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    (6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
  ])
  func `the tree has the roots of Certificate Transparency`(size: Int, expected: String) {
    #expect(root(leaves[..<size]).hex == expected)
  }

  @Test func `marks bind index, hash, kind and key`() {
    let (one, two) = (seals.leafHash([1]), seals.leafHash([2]))
    let other = AuditSeals(root: testRoot(8), randomness: SeededRandomness())
    let marks = [
      seals.mark(index: 1, leaf: one), seals.mark(index: 2, leaf: one), seals.mark(index: 1, leaf: two),
      seals.mark(size: 1, root: one), other.mark(index: 1, leaf: one),
    ]
    #expect(Set(marks).count == 5)
    #expect(marks[0] == seals.mark(index: 1, leaf: one))
  }

  @Test func `personal fields open with their subject's salt and no other`() {
    let fields = Array(#"{"name":"Ada"}"#.utf8)
    let sealed = seals.sealPersonal(fields, subjectSalt: Array(0..<16))
    #expect(seals.openPersonal(sealed, subjectSalt: Array(0..<16)) == fields)
    #expect(seals.openPersonal(sealed, subjectSalt: Array(1..<17)) == nil)
    #expect(seals.openPersonal(sealed, subjectSalt: []) == nil)
    #expect(
      AuditSeals(root: testRoot(8), randomness: SeededRandomness()).openPersonal(sealed, subjectSalt: Array(0..<16))
        == nil)
    #expect(seals.sealPersonal(fields, subjectSalt: Array(0..<16)) != sealed)
    #expect(seals.openPersonal(Array(sealed.dropLast()), subjectSalt: Array(0..<16)) == nil)
  }

  @Test func `a checkpoint is a signed note that its verifier key verifies`() throws {
    let hash = seals.leafHash([1])
    let lines = seals.signCheckpoint(size: 42, root: hash).split(separator: "\n", omittingEmptySubsequences: false)
    let parts = seals.verifierKey.split(separator: "+", maxSplits: 2).map(String.init)
    #expect(lines.count == 6 && lines[0] == parts[0] && lines[1] == "42" && lines[3] == "" && lines[5] == "")
    #expect(lines[2] == Base64.paddedText(hash.bytes))
    // As the format's text has it: the key's hash is of name, line end, and the key with its algorithm.
    let encoded = try #require(Base64.decodePadded(Array(parts[2].utf8)[...]))
    let keyHash = Array(SHA256.hash(data: Array((parts[0] + "\n").utf8) + encoded).prefix(4))
    #expect(Hex.text(keyHash) == parts[1] && encoded.count == 33 && encoded[0] == 1)
    let signature = try #require(
      Base64.decodePadded(Array(lines[4].utf8.dropFirst("— \(parts[0]) ".utf8.count))[...]))
    let key = try Curve25519.Signing.PublicKey(rawRepresentation: encoded[1...])
    #expect(Array(signature[..<4]) == keyHash)
    #expect(key.isValidSignature(signature[4...], for: Array("\(lines[0])\n\(lines[1])\n\(lines[2])\n".utf8)))
  }

  @Test(arguments: [0, 1, 42, Int64.max])
  func `our own note is read back`(size: Int64) {
    let read = seals.verifyCheckpoint(seals.signCheckpoint(size: size, root: seals.emptyRoot))
    #expect(read?.size == size && read?.root == seals.emptyRoot)
  }

  @Test func `a changed or foreign note is not ours`() {
    let note = seals.signCheckpoint(size: 42, root: seals.emptyRoot)
    let lines = note.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let others = [
      "", "\n", note + "x", String(note.dropLast()), String(note.replacing("\n42\n", with: "\n43\n")),
      String(note.replacing("\n42\n", with: "\n042\n")), String(note.replacing("\n42\n", with: "\n+42\n")),
      String(note.replacing("\n42\n", with: "\n-42\n")), String(note.replacing("— ", with: "- ")),
      lines[0...2].joined(separator: "\n") + "\nextension\n\n" + lines[4] + "\n",
      lines[0...3].joined(separator: "\n") + "\n",
      AuditSeals(root: testRoot(8), randomness: SeededRandomness()).signCheckpoint(size: 42, root: seals.emptyRoot),
    ]
    for other in others { #expect(seals.verifyCheckpoint(other) == nil, "\(other)") }
    for index in note.utf8.indices {
      var changed = Array(note.utf8)
      let offset = note.utf8.distance(from: note.utf8.startIndex, to: index)
      changed[offset] ^= 1
      #expect(seals.verifyCheckpoint(String(decoding: changed, as: UTF8.self)) == nil, "byte \(offset)")
    }
  }

  @Test func `a note with a witness's signature besides is still ours`() {
    let note = seals.signCheckpoint(size: 42, root: seals.emptyRoot) + "— witness.example AAAAAAAAAAA=\n"
    #expect(seals.verifyCheckpoint(note)?.size == 42)
  }
}
