/// The right edge of an RFC 6962 Merkle tree: enough to append a leaf and to say the root, in memory
/// that grows with the logarithm of the tree.
package struct AuditTree: Hashable, Sendable {
  package private(set) var size: Int64
  /// The roots of the perfect subtrees that the leaves so far make up, largest first: one for each bit
  /// that is set in `size`.
  package private(set) var peaks: [Digest]

  package init() {
    size = 0
    peaks = []
  }

  /// Nil when there are not as many peaks as a tree of that size has.
  package init?(size: Int64, peaks: [Digest]) {
    guard size >= 0, size.nonzeroBitCount == peaks.count else { return nil }
    self.size = size
    self.peaks = peaks
  }

  /// `node` is SHA-256(0x01 ‖ left ‖ right).
  package mutating func append(leaf: Digest, node: (Digest, Digest) -> Digest) {
    var merged = leaf
    for _ in 0..<size.trailingOnes {
      merged = node(peaks.removeLast(), merged)
    }
    peaks.append(merged)
    size += 1
  }

  /// The Merkle tree hash of all leaves (RFC 6962, section 2.1); `empty` for none.
  package func root(empty: Digest, node: (Digest, Digest) -> Digest) -> Digest {
    guard var root = peaks.last else { return empty }
    for peak in peaks.dropLast().reversed() { root = node(peak, root) }
    return root
  }
}

extension Int64 {
  /// Adding a leaf completes as many subtrees as the size has ones at its end.
  fileprivate var trailingOnes: Int { (~self).trailingZeroBitCount }
}
