import AnteroomCore
import AnteroomServices

extension Refusal {
  /// Of a signed-in person who was to show their secrets again.
  init(_ refusal: CredentialRefusal) {
    switch refusal {
    case .invalidToken: self.init(ProblemCode.invalidToken)
    case .secondFactorRequired: self.init(ProblemCode.secondFactorRequired)
    case .reauthenticationRequired:
      self.init(
        .reauthenticationRequired, "What the session showed was shown more than five minutes ago: show it again.")
    case .passwordRequired: self.init(.invalidField, "is missing", pointer: "/password")
    case .invalidCredentials: self.init(ProblemCode.invalidCredentials)
    case .tooManyAttempts(let seconds): self.init(ProblemCode.tooManyAttempts, retryAfter: seconds)
    case .busy(let seconds): self.init(ProblemCode.busy, retryAfter: seconds)
    case .shuttingDown: self.init(ProblemCode.shuttingDown, retryAfter: 1)
    }
  }
}
