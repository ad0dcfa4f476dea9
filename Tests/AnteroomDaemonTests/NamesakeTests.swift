import AnteroomCore
import AnteroomDaemon
import AnteroomSQLite
import AnteroomServices
import Testing

/// Whose name a joiner's could be taken for: the store's one statement, held against the rule in words.
@Suite struct NamesakeTests {
  /// The joiner's: what it looks like, and what it is read as.
  private static let typed = NameLikeness(asSeen: 7, asRead: 5)
  private static let account = AccountID(known: "acct_00000000000000000000000001")
  private static let lineage = JoinID(known: "join_00000000000000000000000000")

  private enum Whose: CaseIterable { case another, sameAccount, sameTickets }

  /// One join that stands in an occurrence of its own.
  private struct Case {
    let number: Int64
    let state: JoinState
    let mayRejoin: Bool
    let role: JoinRole
    let likeness: NameLikeness
    let whose: Whose

    static let all: [Case] = {
      let looks = [
        NameLikeness(asSeen: 7, asRead: 7), NameLikeness(asSeen: 5, asRead: 5), NameLikeness(asSeen: 1, asRead: 7),
        NameLikeness(asSeen: 1, asRead: 5), NameLikeness(asSeen: 1, asRead: 2),
      ]
      var cases: [Case] = []
      for state in JoinState.allCases {
        for mayRejoin in [false, true] {
          for role in [JoinRole.participant, .host] {
            for likeness in looks {
              for whose in Whose.allCases {
                cases.append(
                  Case(
                    number: Int64(cases.count + 2), state: state, mayRejoin: mayRejoin, role: role,
                    likeness: likeness, whose: whose))
              }
            }
          }
        }
      }
      return cases
    }()

    var isFound: Bool {
      let isOpen =
        switch state {
        case .waiting, .admitted, .present: true
        case .left: mayRejoin
        case .denied, .withdrawn, .expired, .removed: false
        }
      return isOpen && whose == .another && likeness.isLike(NamesakeTests.typed)
    }

    func join(at now: Instant) -> Join {
      Join(
        id: JoinID(known: "join_" + String(repeating: "a", count: 20) + String(100_000 + number)), meeting: Door.id,
        frontEnd: "web", audience: "default", state: state, role: role, joinerClass: .guest,
        displayName: DisplayName(known: "Xenia"), account: whose == .sameAccount ? NamesakeTests.account : nil,
        session: nil, verified: false, publish: .nothing, occurrence: number, clientKind: .person, createdAt: now,
        deadline: nil, waitingFor: state == .waiting ? .admission : nil,
        waitingSince: state == .waiting ? now : nil, unproven: false, message: nil, mayRejoin: mayRejoin,
        lineage: whose == .sameTickets ? NamesakeTests.lineage : nil, likeness: likeness)
    }
  }

  @Test func `whoever waits, is in, on the way or away for a moment is found by either look, and nobody else`()
    async throws
  {
    try await Door.open { door in
      let wrong = try await door.site.composition.store.write { tx throws(StorageFault) -> [String] in
        guard var meeting = try tx.meeting(Door.id) else { return ["no meeting"] }
        var wrong: [String] = []
        for one in Case.all {
          let join = one.join(at: tx.now)
          try tx.insert(
            join, ticketDigest: Digest([UInt8](repeating: 1, count: 32)), salt: [UInt8](repeating: 2, count: 16))
          // What a new join never is, an update writes.
          try tx.update(join)
          meeting.occurrence = one.number
          meeting.tally = .empty
          meeting.tally.count(join, by: 1)
          let found = try tx.namesake(
            of: NamesakeTests.typed, in: meeting, account: NamesakeTests.account, lineage: NamesakeTests.lineage)
          if found != (one.isFound ? join.id.text : nil) { wrong.append("\(one)") }
        }
        return wrong
      }
      #expect(wrong == [])
      #expect(Case.all.count { $0.isFound } == 7 * 2 * 4)
    }
  }

  @Test func `whoever hosts is found whether they are there or not, but not by themselves`() async throws {
    try await Door.open { door in
      let found = try await door.site.composition.store.write { tx throws(StorageFault) -> [String?] in
        guard var meeting = try tx.meeting(Door.id), var host = try tx.account(meeting.host) else { return [] }
        var found = [try tx.namesake(of: NamesakeTests.typed, in: meeting, account: nil, lineage: nil)]
        host.likeness = NameLikeness(asSeen: 1, asRead: 7)
        try tx.update(host)
        found.append(try tx.namesake(of: NamesakeTests.typed, in: meeting, account: nil, lineage: nil))
        found.append(try tx.namesake(of: NamesakeTests.typed, in: meeting, account: host.id, lineage: nil))
        let cohost = Account(
          id: NamesakeTests.account, username: Username(known: "eve"), displayName: DisplayName(known: "Eve"),
          isHost: false, vouched: true, disabled: false, hasSecondFactor: true, createdAt: tx.now, lastSignInAt: nil,
          version: 1, likeness: NameLikeness(asSeen: 5, asRead: 5))
        _ = try tx.insert(cohost, salt: [UInt8](repeating: 2, count: 16))
        found.append(try tx.namesake(of: NamesakeTests.typed, in: meeting, account: host.id, lineage: nil))
        meeting.cohosts = [cohost.id]
        try tx.updateRecord(of: meeting)
        found.append(try tx.namesake(of: NamesakeTests.typed, in: meeting, account: host.id, lineage: nil))
        found.append(try tx.namesake(of: NamesakeTests.typed, in: meeting, account: cohost.id, lineage: nil))
        return found
      }
      let (host, cohost) = ("acct_00000000000000000000000000", NamesakeTests.account.text)
      #expect(found == [nil, host, nil, nil, cohost, host])
    }
  }
}
