import AnteroomCore
import Testing

/// `lock`, `window`, `capacity` and `waiting_room`: whether the room takes anybody now, a table each.
@Suite struct GateRoomTests {
  private static let hour = Fixture.now.adding(seconds: 3600)

  @Test(arguments: [
    GateCase("an open door", .pass),
    GateCase("a locked one, where newcomers wait", .wait(.admission, by: .whenLocked)) { _, meeting in
      meeting.locked = true
    },
    GateCase("a locked one, where they are refused", .refuse(.locked, by: .whenLocked)) { _, meeting in
      (meeting.locked, meeting.policy.whenLocked) = (true, .refuse)
    },
    GateCase("an invitee is a newcomer as well", .refuse(.locked, by: .whenLocked), .invitee) { _, meeting in
      (meeting.locked, meeting.policy.whenLocked) = (true, .refuse)
    },
    GateCase("a host has the key", .pass, .host) { _, meeting in meeting.locked = true },
    GateCase("and a cohost", .pass, .cohost) { _, meeting in
      (meeting.locked, meeting.policy.whenLocked) = (true, .refuse)
    },
    GateCase("who waited before goes on waiting, for a host to let in by name", .wait(.admission)) { facts, meeting in
      (meeting.locked, meeting.policy.whenLocked) = (true, .refuse)
      facts.standing = Fixture.join(.waiting, .guest)
    },
    GateCase("who was dropped comes back", .pass) { facts, meeting in
      meeting.locked = true
      facts.standing = Fixture.join(.left, .guest) { $0.mayRejoin = true }
    },
  ])
  func `lock`(row: GateCase) throws { #expect(try row.judged(by: .lock) == row.verdict) }

  @Test(arguments: [
    GateCase("without times", .pass),
    GateCase("long before", .refuse(.notOpenYet, by: .earlyJoin)) { _, meeting in
      (meeting.state, meeting.opensAt) = (.scheduled, GateRoomTests.hour)
    },
    GateCase("a little before", .wait(.opening)) { _, meeting in
      (meeting.state, meeting.opensAt) = (.scheduled, Fixture.now.adding(seconds: 900))
    },
    GateCase("a second too early", .refuse(.notOpenYet, by: .earlyJoin)) { _, meeting in
      (meeting.state, meeting.opensAt) = (.scheduled, Fixture.now.adding(seconds: 901))
    },
    GateCase("on the second", .pass) { _, meeting in (meeting.state, meeting.opensAt) = (.scheduled, Fixture.now) },
    GateCase("opened before its time", .pass) { _, meeting in
      (meeting.state, meeting.opensAt) = (.open, GateRoomTests.hour)
    },
    GateCase("a host comes as early as it likes", .pass, .host) { _, meeting in
      (meeting.state, meeting.opensAt) = (.scheduled, GateRoomTests.hour)
    },
    GateCase("who waits when it is put off goes on waiting", .wait(.opening)) { facts, meeting in
      (meeting.state, meeting.opensAt) = (.scheduled, GateRoomTests.hour)
      facts.standing = Fixture.join(.waiting, .guest)
    },
    GateCase("after it closes", .refuse(.ended)) { _, meeting in meeting.closesAt = Fixture.now },
    GateCase("who is in stays in", .pass) { facts, meeting in
      meeting.closesAt = Fixture.now
      facts.standing = Fixture.join(.present, .guest)
    },
  ])
  func `window`(row: GateCase) throws { #expect(try row.judged(by: .window) == row.verdict) }

  @Test(arguments: [
    GateCase("a free seat", .pass) { _, meeting in
      (meeting.policy.capacity, meeting.tally.present) = (2, 1)
    },
    GateCase("none, and nobody waits here", .refuse(.full, by: .capacity)) { _, meeting in
      (meeting.policy.capacity, meeting.tally.present) = (1, 1)
    },
    GateCase("none, where one can wait", .wait(.seat, by: .capacity)) { _, meeting in
      (meeting.policy.capacity, meeting.tally.admitted, meeting.policy.waitingRoom) = (1, 1, .guests)
    },
    GateCase("the seat of somebody who may come back is taken", .refuse(.full, by: .capacity)) { _, meeting in
      (meeting.policy.capacity, meeting.tally.away) = (1, 1)
    },
    GateCase("a free one that somebody waits for", .wait(.seat, by: .capacity)) { facts, meeting in
      facts.isQueuedForSeat = true
      meeting.policy.waitingRoom = .guests
    },
    GateCase("a host always has one", .pass, .cohost) { _, meeting in
      (meeting.policy.capacity, meeting.tally.present) = (1, 1)
    },
    GateCase("who is in has one", .pass) { facts, meeting in
      (meeting.policy.capacity, meeting.tally.present) = (1, 1)
      facts.standing = Fixture.join(.present, .guest)
    },
    GateCase("who waits goes on waiting", .wait(.seat, by: .capacity)) { facts, meeting in
      (meeting.policy.capacity, meeting.tally.present) = (1, 1)
      facts.standing = Fixture.join(.waiting, .guest)
    },
  ])
  func `capacity`(row: GateCase) throws { #expect(try row.judged(by: .capacity) == row.verdict) }

  private static let held = GateVerdict.wait(.admission, by: .waitingRoom)

  @Test(arguments: [
    GateCase("off, with a host there", .pass),
    GateCase("off, before a host", .wait(.host, by: .beforeHost)) { _, meeting in meeting.tally.hostsPresent = 0 },
    GateCase("off, before a host that nobody waits for", .pass) { _, meeting in
      (meeting.tally.hostsPresent, meeting.policy.beforeHost) = (0, .allow)
    },
    GateCase("guests: a guest", GateRoomTests.held) { _, meeting in meeting.policy.waitingRoom = .guests },
    GateCase("guests: a member", .pass, .member) { _, meeting in meeting.policy.waitingRoom = .guests },
    GateCase("guests: a member before a host", .wait(.host, by: .beforeHost), .member) { _, meeting in
      (meeting.policy.waitingRoom, meeting.tally.hostsPresent) = (.guests, 0)
    },
    GateCase("guests: a code, that anybody may hold", GateRoomTests.held, .invitee) { facts, meeting in
      facts.invite = .good(Fixture.invite())
      meeting.policy.waitingRoom = .guests
    },
    GateCase("guests: a code whose holder need not wait", .pass, .invitee) { facts, meeting in
      facts.invite = .good(Fixture.invite(bypass: true))
      meeting.policy.waitingRoom = .guests
    },
    GateCase("uninvited: a member", GateRoomTests.held, .member) { _, meeting in meeting.policy.waitingRoom = .uninvited
    },
    GateCase("uninvited: an account that is invited", .pass, .invitee) { facts, meeting in
      facts.invite = .good(Fixture.invite(account: "acct_a"))
      meeting.policy.waitingRoom = .uninvited
    },
    GateCase("everyone: no invite goes past it", GateRoomTests.held, .invitee) { facts, meeting in
      facts.invite = .good(Fixture.invite(account: "acct_a", bypass: true))
      meeting.policy.waitingRoom = .everyone
    },
    GateCase("everyone: not the hosts", .pass, .cohost) { _, meeting in
      (meeting.policy.waitingRoom, meeting.tally.hostsPresent) = (.everyone, 0)
    },
    GateCase("who is in does not wait anew", .pass) { facts, meeting in
      meeting.policy.waitingRoom = .everyone
      facts.standing = Fixture.join(.admitted, .guest)
    },
  ])
  func `waiting room`(row: GateCase) throws { #expect(try row.judged(by: .waitingRoom) == row.verdict) }
}
