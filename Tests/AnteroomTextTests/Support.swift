import AnteroomServices
import AnteroomText
import SecretMemory

/// `String ==` is canonical equivalence; a name is its bytes.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func array(_ secret: borrowing SecretBytes) -> [UInt8] {
  secret.withBytes { span in span.indices.map { span[$0] } }
}

/// SplitMix64: the same strings at every run.
struct Seeded {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
  }

  /// Scalars from blocks where the profiles' rules live, and now and then from anywhere.
  mutating func text(upTo length: Int) -> String {
    let blocks: [ClosedRange<UInt32>] = [
      0x20...0x7E, 0xA0...0x24F, 0x300...0x36F, 0x370...0x3FF, 0x400...0x4FF, 0x590...0x6FF, 0x900...0x97F,
      0x1100...0x11FF, 0x1E00...0x1FFF, 0x2000...0x206F, 0x2100...0x218F, 0x3000...0x30FF, 0x3130...0x318F,
      0xAC00...0xACFF, 0xFB00...0xFDFF, 0xFE70...0xFFEF, 0x1D400...0x1D4FF, 0x0...0x10FFFF,
    ]
    var scalars = String.UnicodeScalarView()
    for _ in 0...next(below: length) {
      let block = blocks[next(below: blocks.count)]
      let value = block.lowerBound + UInt32(next(below: block.count))
      if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
    }
    return String(scalars)
  }
}
