import AnteroomCore
import Synchronization

/// What stored settings come to, put together once: every knock asks it, and the time that it takes must not tell
/// a meeting with settings of its own from one without, or from none.
final class PolicyCache: Sendable {
  typealias Policy = (own: PolicyValues, effective: EffectivePolicy)

  private struct Key: Hashable {
    let profile: String
    let hostProfile: String?
    let text: String
  }

  private struct Known: Sendable {
    var book: PolicyBook?
    var policies: [Key: Policy] = [:]
  }

  private let known = Mutex(Known())
  /// Few meetings say something that no other does; with more than so many, all are put together anew.
  private static let most = 1024
  /// A host who writes ever other notices must not fill the memory with them.
  private static let longest = 2048

  func policy(profile: String, hostProfile: String?, text: String, in book: PolicyBook) -> Policy {
    let key = Key(profile: profile, hostProfile: hostProfile, text: text)
    let found = known.withLock { known in known.book === book ? known.policies[key] : nil }
    if let found { return found }
    let own = PolicyText.read(text)
    let policy = (own: own, effective: book.effective(profile: profile, hostProfile: hostProfile, own: own))
    if text.utf8.count > PolicyCache.longest { return policy }
    known.withLock { known in
      if known.book !== book || known.policies.count >= PolicyCache.most { known = Known(book: book) }
      known.policies[key] = policy
    }
    return policy
  }
}
