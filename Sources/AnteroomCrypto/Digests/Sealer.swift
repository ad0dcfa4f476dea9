package import AnteroomServices
import Crypto
package import SecretMemory

/// Seals secrets that must be read again (TOTP seeds) under a key that is not in the database.
package struct Sealer: Sealing {
  private struct Key {
    let id: [UInt8]
    let key: SymmetricKey
  }

  private let current: Key
  private let earlier: [Key]
  private let randomness: any Randomness

  /// The last of `generations` seals; all of them open.
  package init(root: RootKey, generations: ClosedRange<Int> = 1...1, randomness: any Randomness) {
    func key(_ generation: Int) -> Key {
      Key(
        id: root.idBytes(of: .sealing, generation: generation), key: root.key(for: .sealing, generation: generation))
    }
    current = key(generations.upperBound)
    earlier = generations.dropLast().map(key)
    self.randomness = randomness
  }

  package func seal(_ secret: borrowing SecretBytes, context: String) -> [UInt8] {
    let nonce = randomness.bytes(12)
    return secret.withBytes { bytes in
      unsafe bytes.withUnsafeBytes { raw in
        unsafe Box.seal(raw, keyID: current.id, key: current.key, context: context.utf8, nonce: nonce)
      }
    }
  }

  package func open(_ sealed: [UInt8], context: String) -> SecretBytes? {
    guard let id = Box.keyID(of: sealed) else { return nil }
    let key = id.elementsEqual(current.id) ? current : earlier.first { id.elementsEqual($0.id) }
    return key.flatMap { Box.open(sealed, key: $0.key, context: context.utf8) }
  }
}
