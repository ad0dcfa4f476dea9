package import AnteroomServices
import SecretMemory
import Synchronization

/// Argon2's secret input (RFC 9106, section 3.1), by which a stolen database alone is not worth guessing
/// against.
final class Pepper: Sendable {
  let id: String
  let generation: Int
  let key: SecretBytes

  init(root: RootKey, generation: Int) {
    id = root.id(of: .pepper, generation: generation)
    self.generation = generation
    key = root.secret(for: .pepper, generation: generation)
  }
}

/// The peppers that stored hashes may name; the current one keys new hashes.
///
/// All of them come from the root key, so all are read, those of later generations too: a key directory that was
/// restored from before a rotation must not shut out who signed in since.
package final class Peppers: Sendable {
  private let all: [Pepper]
  private let files: PepperFiles?
  private let place: Mutex<Int>
  private let isRotating = Mutex(false)

  /// With the generation that the key directory names.
  package convenience init(root: RootKey, directory: String) throws(RootKeyFault) {
    let files = PepperFiles(directory: directory)
    self.init(root: root, current: try files.current(), files: files)
  }

  /// Of a generation that is kept nowhere: for tests, and for what is measured.
  package convenience init(root: RootKey, current generation: Int = 1) {
    self.init(root: root, current: generation, files: nil)
  }

  private init(root: RootKey, current generation: Int, files: PepperFiles?) {
    all = PepperFiles.generations.map { Pepper(root: root, generation: $0) }
    place = Mutex(generation - PepperFiles.generations.lowerBound)
    self.files = files
  }

  var current: Pepper { all[place.withLock { $0 }] }

  func named(_ id: String) -> Pepper? {
    let current = current
    return id == current.id ? current : all.first { $0.id == id }
  }
}

extension Peppers: PepperRotating {
  package var facts: [PepperFact] {
    let current = current.generation
    return all.prefix { $0.generation <= current }.map {
      PepperFact(id: $0.id, generation: $0.generation, isCurrent: $0.generation == current)
    }
  }

  package func prepare() throws(StorageFault) -> PepperPreparation {
    let isFirst = isRotating.withLock { isRotating in
      defer { isRotating = true }
      return !isRotating
    }
    guard isFirst else { return .underWay }
    let next = place.withLock { $0 } + 1
    guard next < all.count else {
      end()
      return .tooMany
    }
    return .prepared(Preparation(peppers: self, place: next))
  }

  private func end() { isRotating.withLock { $0 = false } }

  private final class Preparation: PreparedPepper {
    private let peppers: Peppers
    private let place: Int
    private let isOpen = Mutex(true)

    init(peppers: Peppers, place: Int) {
      self.peppers = peppers
      self.place = place
    }

    var fact: PepperFact {
      PepperFact(id: peppers.all[place].id, generation: peppers.all[place].generation, isCurrent: true)
    }

    func putInForce() throws(StorageFault) {
      guard isOpen.withLock({ $0 }) else { return }
      do throws(RootKeyFault) {
        try peppers.files?.raise(to: peppers.all[place].generation)
      } catch {
        throw error.asStorageFault
      }
      peppers.place.withLock { $0 = place }
      discard()
    }

    func discard() {
      let wasOpen = isOpen.withLock { isOpen in
        defer { isOpen = false }
        return isOpen
      }
      if wasOpen { peppers.end() }
    }
  }
}
