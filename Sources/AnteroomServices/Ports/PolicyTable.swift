package import AnteroomCore
import Synchronization

/// The policy above the meetings as it is configured now; a reload puts another in its place.
package final class PolicyTable: Sendable {
  private let book: Mutex<PolicyBook>

  package init(_ book: PolicyBook) { self.book = Mutex(book) }

  package var current: PolicyBook { book.withLock { $0 } }

  package func replace(_ book: PolicyBook) { self.book.withLock { $0 = book } }
}
