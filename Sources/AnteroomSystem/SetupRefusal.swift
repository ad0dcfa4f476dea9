/// Why the daemon does not start: what is wrong, with which file, and what to do about it.
package struct SetupRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// A path, or the name of what was handed over.
  package let subject: String
  package let problem: String
  package let remedy: String

  package init(subject: String, problem: String, remedy: String) {
    self.subject = subject
    self.problem = problem
    self.remedy = remedy
  }

  package var description: String { "\(subject): \(problem); \(remedy)" }
}
