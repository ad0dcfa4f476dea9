import AnteroomCore
import Testing

@Suite struct AuthenticatorStateTests {
  @Test(
    arguments: [
      (10, 0, false, 11, .accepted, 11, 0, false), (10, 19, false, 11, .accepted, 11, 0, false),
      (10, 0, false, 10, .replayed, 10, 1, false), (10, 3, false, 9, .replayed, 10, 4, false),
      (10, 3, false, nil, .wrong, 10, 4, false), (10, 18, false, nil, .wrong, 10, 19, false),
      (10, 19, false, nil, .nowDisabled, 10, 20, true), (10, 19, false, 10, .nowDisabled, 10, 20, true),
      (10, 20, true, 11, .disabled, 10, 20, true), (10, 0, true, 11, .disabled, 10, 0, true),
      (10, 20, true, nil, .disabled, 10, 20, true),
    ] as [(Int64, Int, Bool, Int64?, AuthenticatorState.Outcome, Int64, Int, Bool)])
  func `what a code does`(
    last: Int64, failures: Int, disabled: Bool, step: Int64?, outcome: AuthenticatorState.Outcome, lastAfter: Int64,
    failuresAfter: Int, disabledAfter: Bool
  ) {
    var state = AuthenticatorState(lastStep: last, failures: failures, disabled: disabled)
    #expect(state.show(step: step) == outcome)
    #expect(state == AuthenticatorState(lastStep: lastAfter, failures: failuresAfter, disabled: disabledAfter))
  }

  @Test func `a step is accepted once, ever, in whatever order codes come`() {
    var random = SplitMix64(seed: 6238)
    for _ in 0..<200 {
      var state = AuthenticatorState(lastStep: 0, failures: 0, disabled: false)
      var accepted: [Int64] = []
      for _ in 0..<60 {
        let step = Int64(random.below(30))
        if state.show(step: step) == .accepted { accepted.append(step) }
      }
      #expect(accepted == Array(Set(accepted)).sorted())
    }
  }

  @Test(arguments: [nil, 5] as [Int64?])
  func `twenty failures in a row disable it, and a right code opens it no more`(wrong: Int64?) {
    var state = AuthenticatorState(lastStep: 5, failures: 0, disabled: false)
    let outcomes = (0..<25).map { _ in state.show(step: wrong) }
    #expect(outcomes[..<19].allSatisfy { $0 == (wrong == nil ? .wrong : .replayed) })
    #expect(outcomes[19] == .nowDisabled)
    #expect(outcomes[20...].allSatisfy { $0 == .disabled })
    #expect(state.show(step: 100) == .disabled)
    #expect(state.lastStep == 5)
  }
}
