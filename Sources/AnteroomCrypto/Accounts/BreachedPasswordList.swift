package import AnteroomServices
import Dispatch
import SecretMemory
import Synchronization

/// The operator's list of breached passwords, where one is configured.
package final class BreachedPasswordList: BreachedPasswords {
  /// A list that was opened and looked at, to take the place of the one in use.
  package struct Opened: Sendable {
    let file: BreachedFile?
  }

  private let preparation: any PasswordPreparation
  private let file: Mutex<BreachedFile?>
  // A disk may take its time: neither an event loop nor Swift's own pool waits for it.
  private let queue = DispatchQueue(label: "anteroom.passwords.breached")

  package init(_ opened: Opened, preparation: any PasswordPreparation) {
    self.preparation = preparation
    file = Mutex(opened.file)
  }

  /// Nil for no list, which lists nothing.
  package static func open(_ path: String?) throws(BreachedFileFault) -> Opened {
    guard let path else { return Opened(file: nil) }
    return Opened(file: try BreachedFile(path: path))
  }

  package func replace(_ opened: Opened) { file.withLock { $0 = opened.file } }

  package func lists(_ password: borrowing Password) async throws(StorageFault) -> Bool {
    guard let file = file.withLock({ $0 }) else { return false }
    // Such lists hold passwords as they were typed. One that differs from a listed one in letter case alone is
    // tried next, and of those the folded form is the one that can be looked up. The hashes are made where they are
    // used: unsalted as they are, each is worth a guesser's while.
    let typed = SecretBox(password.bytes.copy())
    let folded = SecretBox(preparation.folded(password))
    let found = await withCheckedContinuation {
      (continuation: CheckedContinuation<Result<Bool, BreachedFileFault>, Never>) in
      queue.async {
        continuation.resume(
          returning: Result { () throws(BreachedFileFault) in
            try BreachedPasswordList.either(typed, folded, isIn: file)
          })
      }
    }
    switch found {
    case .success(let isListed): return isListed
    case .failure(let fault): throw .unavailable("\(fault)")
    }
  }
  private static func either(
    _ typed: SecretBox, _ folded: SecretBox, isIn file: BreachedFile
  ) throws(BreachedFileFault) -> Bool {
    for box in [typed, folded] {
      guard let secret = box.take() else { preconditionFailure("a password is looked up once") }
      if try file.contains(SHA1Value(of: secret)) { return true }
    }
    return false
  }
}
