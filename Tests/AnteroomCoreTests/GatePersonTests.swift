import AnteroomCore
import Testing

/// `sign_in`, `client`, `name`, `notices` and `role`: what is asked of the person, a table each.
@Suite struct GatePersonTests {
  @Test(arguments: [
    GateCase("optional, to nobody in particular", .pass),
    GateCase("required, without a session", .refuse(.signInRequired, by: .signIn)) { _, meeting in
      meeting.policy.signIn = .required
    },
    GateCase("required, with one", .pass, .member) { facts, meeting in
      (facts.factors, meeting.policy.signIn) = (1, .required)
    },
    GateCase("two factors, without a session", .refuse(.signInRequired, by: .signIn)) { _, meeting in
      meeting.policy.signIn = .secondFactor
    },
    GateCase("two factors, with one", .refuse(.secondFactorRequired, by: .signIn), .member) { facts, meeting in
      (facts.factors, meeting.policy.signIn) = (1, .secondFactor)
    },
    GateCase("two factors, with two", .pass, .member) { facts, meeting in
      (facts.factors, meeting.policy.signIn) = (2, .secondFactor)
    },
    GateCase("a code is no session", .refuse(.signInRequired, by: .signIn), .invitee) { _, meeting in
      meeting.policy.signIn = .required
    },
  ])
  func `sign in`(row: GateCase) throws { #expect(try row.judged(by: .signIn) == row.verdict) }

  @Test(arguments: [
    GateCase("a person", .pass) { _, meeting in (meeting.policy.phones, meeting.policy.bots) = (.refuse, .refuse) },
    GateCase("a bot where they wait", .wait(.admission, by: .bots)) { facts, _ in facts.client = .bot },
    GateCase("a bot where they are refused", .refuse(.clientNotAllowed, by: .bots)) { facts, meeting in
      (facts.client, meeting.policy.bots) = (.bot, .refuse)
    },
    GateCase("a bot that a host let in", .pass) { facts, _ in
      facts.client = .bot
      facts.standing = Fixture.join(.admitted, .guest) { _ in }
    },
    GateCase("a bot that is in when they are refused", .refuse(.clientNotAllowed, by: .bots)) { facts, meeting in
      (facts.client, meeting.policy.bots) = (.bot, .refuse)
      facts.standing = Fixture.join(.present, .guest)
    },
    GateCase("FAILURE 15, Teams: a phone is not the first", .wait(.host, by: .phones)) { facts, meeting in
      (facts.client, meeting.policy.phones, meeting.tally.hostsPresent) = (.phone, .asGuest, 0)
    },
    GateCase("a room system that is not the first", .pass) { facts, meeting in
      (facts.client, meeting.policy.phones, meeting.tally.present) = (.endpoint, .asGuest, 1)
    },
    GateCase("FAILURE 15, Teams: a phone where they wait", .wait(.admission, by: .phones)) { facts, meeting in
      (facts.client, meeting.policy.phones) = (.phone, .wait)
    },
    GateCase("a phone where they are refused", .refuse(.clientNotAllowed, by: .phones)) { facts, meeting in
      (facts.client, meeting.policy.phones) = (.phone, .refuse)
    },
    GateCase("a host's phone", .pass, .host) { facts, meeting in
      (facts.client, meeting.policy.phones) = (.phone, .refuse)
    },
  ])
  func `client`(row: GateCase) throws { #expect(try row.judged(by: .client) == row.verdict) }

  @Test(arguments: [ClientKind.phone, .endpoint])
  func `FAILURE 15, Teams: whoever's session a telephone shows, it is no member`(kind: ClientKind) {
    var account = Account(
      id: AccountID(known: "acct_a"), username: Username(known: "ada"), displayName: DisplayName(known: "Ada"),
      isHost: false, vouched: true, disabled: false, hasSecondFactor: true, createdAt: Fixture.now,
      lastSignInAt: nil, version: 1)
    let meeting = Fixture.meeting()
    #expect(JoinerClass(of: account, isInvited: false, through: kind, in: meeting) == .guest)
    #expect(JoinerClass(of: account, isInvited: false, through: .person, in: meeting) == .member)
    account.vouched = false
    #expect(JoinerClass(of: account, isInvited: false, through: .person, in: meeting) == .guest)
  }

  @Test(arguments: [
    GateCase("a name like no other", .pass),
    GateCase("none", .refuse(.nameRequired)) { facts, _ in facts.name = .missing },
    GateCase("none given where names are", .refuse(.nameRequired, by: .names)) { facts, meeting in
      (facts.name, meeting.policy.names) = (.missing, .given)
    },
    GateCase("one that claims a standing", .refuse(.nameNotAllowed)) { facts, meeting in
      (facts.name, meeting.policy.names) = (.reserved, .free)
    },
    GateCase("FAILURE 45, Matrix and Mumble: one like another's", .wait(.admission, by: .names)) { facts, meeting in
      (facts.name, meeting.policy.waitingRoom) = (.alike("join_b"), .guests)
    },
    GateCase("the same of a member", .wait(.admission, by: .names), .member) { facts, meeting in
      (facts.name, meeting.policy.waitingRoom) = (.alike("join_b"), .guests)
    },
    GateCase("where nobody looks, and every guest gets a suffix", .pass) { facts, _ in facts.name = .alike("join_b") },
    GateCase("where names are free", .pass) { facts, meeting in
      (facts.name, meeting.policy.waitingRoom, meeting.policy.names) = (.alike("join_b"), .guests, .free)
    },
    GateCase("a host's name is a host's", .pass, .host) { facts, meeting in
      (facts.name, meeting.policy.waitingRoom) = (.alike("join_b"), .guests)
    },
    GateCase("whom a host has looked at", .pass) { facts, meeting in
      (facts.name, meeting.policy.waitingRoom) = (.alike("join_b"), .guests)
      facts.standing = Fixture.join(.admitted, .guest)
    },
  ])
  func `name`(row: GateCase) throws { #expect(try row.judged(by: .name) == row.verdict) }

  private static let asked = GateVerdict.refuse(.noticeRequired, by: .notices)
  private static let yes = NoticeAnswer(id: "recording", version: 1, agreed: true)

  @Test(arguments: [
    GateCase("none in force", .pass),
    GateCase("one that nothing was said to", GatePersonTests.asked) { _, meeting in
      meeting.policy.notices = [Fixture.notice("recording")]
    },
    GateCase("one that was agreed to", .pass) { facts, meeting in
      (facts.notices, meeting.policy.notices) = ([GatePersonTests.yes], [Fixture.notice("recording")])
    },
    GateCase("one that was not agreed to", GatePersonTests.asked) { facts, meeting in
      facts.notices = [NoticeAnswer(id: "recording", version: 1, agreed: false)]
      meeting.policy.notices = [Fixture.notice("recording")]
    },
    GateCase("a newer version", GatePersonTests.asked) { facts, meeting in
      (facts.notices, meeting.policy.notices) = ([GatePersonTests.yes], [Fixture.notice("recording", version: 2)])
    },
    GateCase("one of two", GatePersonTests.asked) { facts, meeting in
      facts.notices = [GatePersonTests.yes]
      meeting.policy.notices = [Fixture.notice("recording"), Fixture.notice("streaming")]
    },
    GateCase("one that is only shown holds nobody back", .pass) { _, meeting in
      meeting.policy.notices = [Fixture.notice("house", consent: false)]
    },
    GateCase("a host is not asked", .pass, .host) { _, meeting in
      meeting.policy.notices = [Fixture.notice("recording")]
    },
  ])
  func `notices`(row: GateCase) throws { #expect(try row.judged(by: .notices) == row.verdict) }

  @Test func `what is to be shown still is what was not answered, whether it asks for consent or not`() {
    let (recording, house) = (Fixture.notice("recording"), Fixture.notice("house", consent: false))
    let meeting = Fixture.meeting { $0.policy.notices = [recording, house] }
    var facts = Fixture.facts(.guest, in: meeting)
    #expect(facts.openNotices == [recording, house])
    #expect(facts.missingConsents == [recording])
    facts.notices = [Self.yes]
    #expect(facts.openNotices == [house])
    facts.notices.append(NoticeAnswer(id: "house", version: 1, agreed: false))
    #expect(facts.openNotices == [])
    #expect(Fixture.facts(.host, in: meeting).openNotices == [])
  }

  @Test(arguments: [
    GateCase("whoever is no host", .pass) { _, meeting in meeting.policy.hostSecondFactor = true },
    GateCase("a host with two factors", .pass, .host),
    GateCase("a host with one", .refuse(.secondFactorRequired, by: .hostSecondFactor), .host) { facts, _ in
      facts.factors = 1
    },
    GateCase("a cohost with one", .refuse(.secondFactorRequired, by: .hostSecondFactor), .cohost) { facts, _ in
      facts.factors = 1
    },
    GateCase("a host with one where that is enough", .pass, .host) { facts, meeting in
      (facts.factors, meeting.policy.hostSecondFactor) = (1, false)
    },
  ])
  func `role`(row: GateCase) throws { #expect(try row.judged(by: .role) == row.verdict) }

  @Test func `whoever may be told is told at once all that it could bring`() {
    let meeting = Fixture.meeting {
      $0.policy.openTo = .members
      $0.policy.signIn = .secondFactor
      $0.policy.notices = [Fixture.notice("recording")]
    }
    var facts = Fixture.facts(.guest, in: meeting)
    facts.name = .missing
    let verdict = AdmissionPolicy.decide(facts)
    #expect(verdict.decision == .refuse(.signInRequired))
    #expect(verdict.required == [.signInRequired, .nameRequired, .noticeRequired])
    facts.passcode = .digest(Fixture.wrong)
    #expect(AdmissionPolicy.decide(facts).required == [])
  }
}
