import AnteroomCore
import Testing

/// The tree against RFC 6962, section 2.1, written down as it stands there. The hash is a toy: which one it is does
/// not matter to the shape, that its arguments' order and every level count does.
@Suite struct AuditTreeTests {
  private static let empty = Digest(Array(repeating: 0xEE, count: 32))

  private static func mix(_ tag: UInt64, _ bytes: [UInt8]) -> Digest {
    var seed = tag
    for byte in bytes { seed = (seed ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 &+ 0x9E37 }
    var random = SplitMix64(seed: seed)
    return Digest((0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) })
  }

  private static func node(_ left: Digest, _ right: Digest) -> Digest { mix(1, left.bytes + right.bytes) }
  private static func leaf(_ index: Int) -> Digest { mix(0, Array("leaf \(index)".utf8)) }

  /// MTH(D[n]): k is the largest power of two smaller than n.
  private static func naive(_ leaves: ArraySlice<Digest>) -> Digest {
    guard let first = leaves.first else { return empty }
    if leaves.count == 1 { return first }
    var k = 1
    while k * 2 < leaves.count { k *= 2 }
    let middle = leaves.startIndex + k
    return node(naive(leaves[..<middle]), naive(leaves[middle...]))
  }

  @Test(arguments: 0...70)
  func `the root is that of the whole tree`(size: Int) {
    let leaves = (0..<size).map(Self.leaf)
    var tree = AuditTree()
    for leaf in leaves { tree.append(leaf: leaf, node: Self.node) }
    #expect(tree.size == Int64(size))
    #expect(tree.root(empty: Self.empty, node: Self.node) == Self.naive(leaves[...]))
    #expect(tree.peaks.count == size.nonzeroBitCount)
  }

  @Test(arguments: [0, 1, 2, 3, 7, 8, 31, 63, 64, 70])
  func `a tree that was stored goes on as if it had not been`(size: Int) {
    let leaves = (0..<(size + 10)).map(Self.leaf)
    var tree = AuditTree()
    for leaf in leaves[..<size] { tree.append(leaf: leaf, node: Self.node) }
    var restored = AuditTree(size: tree.size, peaks: tree.peaks)
    for leaf in leaves[size...] { restored?.append(leaf: leaf, node: Self.node) }
    #expect(restored?.root(empty: Self.empty, node: Self.node) == Self.naive(leaves[...]))
  }

  @Test(arguments: [(-1, 0), (-1, 64), (0, 1), (1, 0), (3, 1), (4, 2), (7, 2)] as [(Int64, Int)])
  func `peaks that no tree of that size has make no tree`(size: Int64, peaks: Int) {
    #expect(AuditTree(size: size, peaks: Array(repeating: Self.empty, count: peaks)) == nil)
  }

  @Test func `any other leaf, or another order, is another root`() {
    let leaves = (0..<11).map(Self.leaf)
    var roots: Set<Digest> = [Self.naive(leaves[...])]
    for index in leaves.indices {
      var tree = AuditTree()
      var changed = leaves
      changed.swapAt(index, (index + 1) % leaves.count)
      for leaf in changed { tree.append(leaf: leaf, node: Self.node) }
      roots.insert(tree.root(empty: Self.empty, node: Self.node))
    }
    #expect(roots.count == 12)
  }
}
