import AnteroomCore
import AnteroomCrypto
import AnteroomServices
import SecretMemory
import Testing

@Suite struct NameLikenessTests {
  private func likeness(_ seen: String, _ read: String) -> NameLikeness {
    let digests = KeyedDigests(root: RootKey(material: SecretBytes(copying: [UInt8](repeating: 7, count: 32))))
    return NameLikeness(NameSkeletons(asSeen: seen, asRead: read), digests: digests)
  }

  /// `printf ada | sha256sum`: what a store holds has to mean the same for ever.
  @Test func `the number is the beginning of the digest, under no key`() {
    let ada = likeness("ada", "ada")
    #expect(ada.asSeen == Int64(bitPattern: 0xFDEE_430D_40BD_57DE))
    #expect(ada.asRead == ada.asSeen)
  }

  @Test(arguments: [
    ("lan", "ian", "lan", "lan", true), ("lan", "ian", "ian", "ian", true), ("ian", "ian", "lan", "lan", false),
    ("ian", "iav", "lan", "ian", true), ("ada", "ada", "ada", "ada", true), ("ada", "ada", "adb", "adb", false),
  ])
  func `numbers are alike where skeletons are`(
    seen: String, read: String, otherSeen: String, otherRead: String, expected: Bool
  ) {
    let (one, other) = (likeness(seen, read), likeness(otherSeen, otherRead))
    #expect(one.isLike(other) == expected && other.isLike(one) == expected)
    let skeletons = NameSkeletons(asSeen: seen, asRead: read)
    #expect(skeletons.areLike(NameSkeletons(asSeen: otherSeen, asRead: otherRead)) == expected)
    #expect(NameLikeness(asSeen: one.asSeen, asRead: one.asRead) == one)
  }
}
