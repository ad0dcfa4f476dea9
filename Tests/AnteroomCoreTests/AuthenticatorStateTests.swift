import AnteroomCore
import Testing

@Suite struct AuthenticatorStateTests {
  @Test(
    arguments: [
      (10, 0, false, 11, .accepted, 11, 0, false), (10, 19, false, 11, .accepted, 11, 0, false),
      (10, 0, false, 10, .replayed, 10, 0, false), (10, 3, false, 9, .replayed, 10, 3, false),
      (10, 3, false, nil, .wrong, 10, 4, false), (10, 18, false, nil, .wrong, 10, 19, false),
      (10, 19, false, nil, .nowDisabled, 10, 20, true), (10, 19, false, 10, .replayed, 10, 19, false),
      (10, 20, true, 11, .disabled, 10, 20, true), (10, 0, true, 11, .disabled, 10, 0, true),
      (10, 20, true, nil, .disabled, 10, 20, true),
    ] as [(Int64, Int, Bool, Int64?, AuthenticatorState.Outcome, Int64, Int, Bool)])
  func `what a code does`(
    last: Int64, failures: Int, disabled: Bool, step: Int64?, outcome: AuthenticatorState.Outcome, lastAfter: Int64,
    failuresAfter: Int, disabledAfter: Bool
  ) {
    var state = AuthenticatorState(lastStep: last, failures: failures, disabled: disabled)
    #expect(state.show(step: step) == outcome)
    let replayed = outcome == .replayed ? step ?? 0 : 0
    let after = AuthenticatorState(
      lastStep: lastAfter, failures: failuresAfter, disabled: disabledAfter, replayedStep: replayed)
    #expect(state == after)
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

  @Test func `twenty failures in a row disable it, and a right code opens it no more`() {
    var state = AuthenticatorState(lastStep: 5, failures: 0, disabled: false)
    let outcomes = (0..<25).map { _ in state.show(step: nil) }
    #expect(outcomes[..<19].allSatisfy { $0 == .wrong })
    #expect(outcomes[19] == .nowDisabled)
    #expect(outcomes[20...].allSatisfy { $0 == .disabled })
    #expect(state.show(step: 100) == .disabled)
    #expect(state.lastStep == 5)
  }

  @Test func `a code that was right once is no guess however often it comes, and is told of once a step`() {
    var state = AuthenticatorState(lastStep: 5, failures: 19, disabled: false)
    let outcomes = [5, 5, 4, 5].map { state.show(step: $0) }
    #expect(outcomes == [.replayed, .replayedAgain, .replayedAgain, .replayedAgain])
    #expect(state.failures == 19 && !state.disabled)
    #expect(state.show(step: 6) == .accepted)
    #expect(state.show(step: 6) == .replayed)
  }
}
