import AnteroomCore
import Testing

@Suite struct JoinStateTests {
  /// The contract's section 6, state by state; a rejoin is the only way back, and an end takes those who wait or were
  /// let in as `expired`, those inside as `left`.
  private static let table: [JoinState: Set<JoinState>] = [
    .waiting: [.admitted, .denied, .withdrawn, .expired],
    .admitted: [.present, .waiting, .denied, .removed, .expired],
    .present: [.left, .waiting, .removed],
    .left: [.present],
    .denied: [], .withdrawn: [], .expired: [], .removed: [],
  ]

  @Test(arguments: JoinState.allCases, JoinState.allCases)
  func `a state becomes what the contract says and nothing else`(state: JoinState, next: JoinState) {
    #expect(state.mayBecome(next) == Self.table[state]?.contains(next))
  }

  @Test func `the table has every state`() {
    #expect(JoinState.allCases.count == 8)
    #expect(Set(Self.table.keys) == Set(JoinState.allCases))
  }

  @Test(arguments: JoinState.allCases, JoinRole.allCases)
  func `a tally counts who waits, and hosts apart from seats`(state: JoinState, role: JoinRole) {
    for mayRejoin in [false, true] {
      let join = Fixture.join(state, .guest) {
        $0.role = role
        $0.mayRejoin = mayRejoin
      }
      var tally = Tally.empty
      tally.count(join, by: 1)
      let hosting = role == .host || role == .cohost
      #expect(tally.waiting == (state == .waiting ? 1 : 0))
      #expect(tally.admitted == (state == .admitted && !hosting ? 1 : 0))
      #expect(tally.hostsAdmitted == (state == .admitted && hosting ? 1 : 0))
      #expect(tally.present == (state == .present && !hosting ? 1 : 0))
      #expect(tally.hostsPresent == (state == .present && hosting ? 1 : 0))
      #expect(tally.away == (state == .left && mayRejoin && !hosting ? 1 : 0))
      #expect(tally.seatsTaken == tally.admitted + tally.present + tally.away)
      tally.count(join, by: -1)
      #expect(tally == .empty)
    }
  }

  @Test(arguments: JoinState.allCases)
  func `a grant is for who is in, on the way in, or was dropped and may come back`(state: JoinState) {
    let gone = Fixture.join(state, .guest)
    let dropped = Fixture.join(state, .guest) { $0.mayRejoin = true }
    #expect(gone.mayHaveGrant == [.admitted, .present].contains(state))
    #expect(dropped.mayHaveGrant == [.admitted, .present, .left].contains(state))
    #expect(gone.isOver == ![.waiting, .admitted, .present].contains(state))
    #expect(dropped.isOver == ![.waiting, .admitted, .present, .left].contains(state))
  }
}
