import AnteroomCore
import AnteroomServices
import SecretMemory
import Synchronization

@testable import AnteroomCrypto

/// The same bytes at every run: SplitMix64 from a seed.
final class SeededRandomness: Randomness {
  private let state: Mutex<UInt64>

  init(_ seed: UInt64 = 1) { state = Mutex(seed) }

  func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in next() } }

  func secret(_ count: Int) -> SecretBytes { SecretBytes(copying: bytes(count)) }

  private func next() -> UInt8 {
    state.withLock { state in
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return UInt8(truncatingIfNeeded: mixed ^ mixed >> 31)
    }
  }
}

func testRoot(_ seed: UInt64 = 7) -> RootKey { RootKey(material: SeededRandomness(seed).secret(RootKey.byteCount)) }

func password(_ text: String) -> Password {
  Password(prepared: SecretBytes(copying: Array(text.utf8)), codePoints: text.unicodeScalars.count)
}

func plain(_ secret: borrowing SecretBytes) -> [UInt8] {
  secret.withBytes { bytes in bytes.indices.map { bytes[$0] } }
}

func plainIfAny(_ secret: consuming SecretBytes?) -> [UInt8]? {
  switch consume secret {
  case .some(let secret): plain(secret)
  case .none: nil
  }
}

func bytes(hex: String) -> [UInt8] {
  let digits = hex.utf8.filter { $0 != UInt8(ascii: " ") }.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
