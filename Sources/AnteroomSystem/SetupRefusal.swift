/// Why the daemon does not start: what is wrong, with which file, and what to do about it.
package struct SetupRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// A path, or the name of what was handed over.
  package let subject: String
  package let problem: String
  package let remedy: String
  /// That it takes a person: to start again would not mend it.
  package let isConfiguration: Bool

  package init(subject: String, problem: String, remedy: String, isConfiguration: Bool = false) {
    self.isConfiguration = isConfiguration
    self.subject = subject
    self.problem = problem
    self.remedy = remedy
  }

  package var description: String { "\(subject): \(problem); \(remedy)" }
}
