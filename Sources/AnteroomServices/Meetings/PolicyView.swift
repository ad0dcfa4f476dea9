package import AnteroomCore

package enum PolicyAnswer: Sendable {
  case policies(PolicyBook)
  case invalidToken
  case secondFactorRequired
}

extension MeetingService {
  /// What holds above the meetings, for whoever has signed in, and operators.
  package func policies(caller: Caller) async throws(StorageFault) -> PolicyAnswer {
    return try await store.read { snapshot throws(StorageFault) in
      if caller.actsAsOperator { return .policies(snapshot.policies) }
      switch try snapshot.authenticate(caller.bearer) {
      case .invalid: return .invalidToken
      case .enrolmentOnly: return .secondFactorRequired
      case .stands: return .policies(snapshot.policies)
      }
    }
  }
}
