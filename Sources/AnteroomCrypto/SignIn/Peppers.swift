import SecretMemory

/// Argon2's secret input (RFC 9106, section 3.1), by which a stolen database alone is not worth guessing
/// against.
final class Pepper: Sendable {
  let id: String
  let key: SecretBytes

  init(id: String, key: consuming SecretBytes) {
    self.id = id
    self.key = key
  }
}

/// The peppers that stored hashes may name; the current one keys new hashes.
struct Peppers: Sendable {
  let current: Pepper
  private let earlier: [Pepper]

  init(root: RootKey, generations: ClosedRange<Int>) {
    func pepper(_ generation: Int) -> Pepper {
      Pepper(
        id: root.id(of: .pepper, generation: generation),
        key: root.secret(for: .pepper, generation: generation))
    }
    current = pepper(generations.upperBound)
    earlier = generations.dropLast().map(pepper)
  }

  func named(_ id: String) -> Pepper? {
    id == current.id ? current : earlier.first { $0.id == id }
  }
}
