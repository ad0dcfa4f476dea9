extension Script {
  /// The script of a seed: a meeting's settings, and thirty or so steps that its people take.
  init(seed: UInt64) {
    var chance = Chance(seed: seed)
    let rules = Rules(&chance)
    // A third of all are done several at a time.
    let isCrowded = seed % 3 == 2
    var rounds: [Round] = [[.join(.hana, .nothing, ticket: nil, session: 0)]]
    let length = 28 + chance.below(24)
    var count = 1
    while count < length {
      // What chance alone comes by once in thousands of meetings.
      if chance.oneIn(16) {
        let chain = Step.chain(&chance)
        rounds += chain.map { [$0] }
        count += chain.count
        continue
      }
      let together = isCrowded && chance.oneIn(3) ? 2 + chance.below(3) : 1
      var round: Round = []
      while round.count < together {
        let step = Step(&chance, at: count, of: length)
        if together > 1 && !step.mayBeDone(with: round) { continue }
        round.append(step)
      }
      rounds.append(round)
      count += together
    }
    self.init(seed: seed, rules: rules, rounds: rounds)
  }
}

extension Rules {
  fileprivate init(_ chance: inout Chance) {
    self.init()
    passcode = chance.pick(["guests", "guests", "everyone", "off"])
    waitingRoom = chance.pick([
      "guests", "guests", "everyone", "uninvited", passcode == "off" ? "everyone" : "off", "off",
    ])
    beforeHost = chance.pick(["wait", "allow"])
    hostArrival = chance.pick(["hold", "admit_invited", "admit_all"])
    hostAbsence = chance.pick(["continue", "lock_after:45", "end_after:90"])
    whenLocked = chance.pick(["wait", "refuse"])
    removedMayReturn = chance.oneIn(4)
    capacity = 1 + chance.below(4)
    passcodeFailures = chance.pick([2, 20])
    grantSeconds = chance.pick([10, 30])
    ticketSeconds = chance.pick([60, 600])
    rejoinSeconds = chance.pick([0, 30, 120])
    openTo = chance.oneIn(6) ? chance.pick(["members", "invited"]) : "link"
    names = chance.pick(["unconfusable", "unconfusable", "unconfusable", "free", chance.oneIn(2) ? "given" : "free"])
    denials = chance.pick([1, 2, 2, 3])
    phones = chance.pick(["as_guest", "as_guest", "wait", "refuse"])
    bots = chance.pick(["wait", "wait", "refuse"])
    autoLock = chance.pick([nil, nil, nil, 20, 61])
    signIn = chance.oneIn(12) ? "required" : "optional"
    rotation = chance.pick(["manual", "occurrence"])
    earlyJoin = chance.pick([0, 40])
    opens = chance.oneIn(6) ? chance.pick([20, 60, 200]) : nil
    closes = chance.oneIn(12) ? chance.pick([300, 500]) : nil
  }
}

extension Invitation {
  fileprivate init(_ chance: inout Chance) {
    self.init()
    account = chance.oneIn(3) ? chance.pick([.mia, .max, .uma]) : nil
    uses = chance.pick([1, 1, 2])
    bypasses = chance.oneIn(2)
    role = chance.pick(["participant", "participant", "viewer", "cohost"])
  }
}

extension Step {
  fileprivate init(_ chance: inout Chance, at index: Int, of length: Int) {
    let any = chance.below(1000)
    switch chance.below(126) {
    case 0..<22: self = .join(&chance)
    case 22..<30: self = .look(any)
    case 30..<46: self = .redeem(any, astray: chance.oneIn(12))
    case 46..<48: self = .introspect(any, astray: chance.oneIn(8))
    case 48..<53: self = .present(any, astray: chance.oneIn(8))
    case 53..<59: self = .left(any, astray: chance.oneIn(8))
    case 59..<61: self = .leave(any)
    case 61..<63: self = .withdraw(any)
    case 63..<76: self = .act(.admit, on: any, by: .some(&chance))
    case 76..<79: self = .act(.deny(ban: chance.oneIn(3)), on: any, by: .some(&chance))
    case 79..<83: self = .act(.remove(ban: chance.pick([nil, nil, true, false])), on: any, by: .some(&chance))
    case 83..<87: self = .act(.sendBack, on: any, by: .some(&chance))
    case 87..<90:
      self = .act(.role(chance.pick(["viewer", "participant", "cohost", "cohost"])), on: any, by: .some(&chance))
    case 90..<94: self = .admitWaiting(by: .some(&chance))
    case 94..<97: self = .lock(by: .some(&chance))
    case 97..<99: self = .unlock(by: .some(&chance))
    case 99: self = .suspend(by: .some(&chance))
    case 100..<102: self = .rotate(by: .some(&chance))
    case 102: self = index * 3 > length * 2 ? .end(by: .some(&chance)) : .lock(by: .some(&chance))
    case 103: self = index * 2 > length ? .open(by: .some(&chance)) : .admitWaiting(by: .some(&chance))
    case 104: self = .bar(any, by: .some(&chance))
    case 105..<107: self = .unbar(any, by: .some(&chance))
    case 107: self = .act(.remove(ban: true), on: any, by: .some(&chance))
    case 108..<110: self = .unbar(any, by: .some(&chance))
    case 110:
      self = .roster((0..<chance.below(4)).map { _ in chance.below(1000) }, chance.pick([.front, .front, .side]))
    case 121..<124: self = .invite(Invitation(&chance), by: .some(&chance))
    case 124: self = .revoke(any, by: .some(&chance))
    case 125: self = chance.oneIn(2) ? .end(by: .session(.hana)) : .open(by: .session(.hana))
    case 111..<113: self = .signOut(chance.pick([.cora, .mia, .max, .uma]))
    case _: self = .pass(seconds: chance.pick([1, 5, 9, 15, 21, 35, 61, 130]), swept: chance.oneIn(2))
    }
  }

  /// Steps that only together lead somewhere.
  fileprivate static func chain(_ chance: inout Chance) -> Round {
    let any = (0..<4).map { _ in chance.below(1000) }
    let hana = Hand.session(.hana)
    let chains: [Round] = [
      // A seat is given up for a host's role, taken by another, and wanted back.
      [
        .act(.role("cohost"), on: any[0], by: hana), .admitWaiting(by: hana), .act(.admit, on: any[1], by: hana),
        .act(.role("participant"), on: any[2], by: hana),
      ],
      // Somebody comes back from a drop with a grant of before, of now, or too late.
      [
        .present(any[0], astray: false), .left(any[1], astray: false), .look(any[1]), .lock(by: hana),
        .redeem(any[2], astray: false), .look(any[1]), .redeem(0, astray: false),
        .pass(seconds: chance.pick([29, 31, 121]), swept: false), .redeem(0, astray: false),
      ],
      // Out, and back by every way there is.
      [
        .act(.remove(ban: true), on: any[0], by: hana), .join(.gil, .right, ticket: any[1], session: nil),
        .join(.mia, .right, ticket: any[2], session: 0), .unbar(any[3], by: hana),
        .join(.mia, .right, ticket: nil, session: 0), .act(.admit, on: any[1], by: hana),
      ],
      // Promoted, the participant does what its ticket lets it.
      [
        .act(.role("cohost"), on: any[0], by: hana), .act(.admit, on: any[1], by: .hostTicket(any[2])),
        .act(.remove(ban: true), on: any[2], by: .hostTicket(any[3])), .suspend(by: .hostTicket(any[1])),
        .look(any[0]),
      ],
      // Every passcode that is guessed wrong brings the cap nearer.
      [
        .join(.gus, .wrong, ticket: nil, session: nil), .join(.gwen, .wrong, ticket: nil, session: nil),
        .join(.gus, .right, ticket: nil, session: nil), .admitWaiting(by: hana), .rotate(by: hana),
        .join(.gus, .right, ticket: nil, session: nil),
      ],
    ]
    return chance.pick(chains)
  }

  private static func join(_ chance: inout Chance) -> Step {
    let person = chance.pick(
      [.hana, .cora, .mia, .mia, .max, .uma] + [.gil, .gil, .gus, .gwen, .gabe] as [Person])
    return .join(
      person, chance.oneIn(7) ? .nothing : chance.oneIn(8) ? .wrong : .right,
      ticket: chance.oneIn(3) ? chance.below(1000) : nil, session: person.hasAccount && !chance.oneIn(8) ? 0 : nil,
      as: guise(&chance))
  }

  private static func guise(_ chance: inout Chance) -> Guise {
    if chance.oneIn(3) { return Guise(invite: chance.below(1000)) }
    if !chance.oneIn(5) { return .plain }
    return Guise(
      name: chance.oneIn(2) ? chance.pick(Person.allCases) : nil, isImitated: chance.oneIn(2),
      client: chance.pick([.person, .phone, .phone, .endpoint, .bot]),
      invite: chance.oneIn(3) ? chance.below(1000) : nil)
  }

  /// Time passes for everybody, and a bar that is lifted is named by an id that must be known before; nor does
  /// anybody know whether a passcode that is being changed is the right one.
  fileprivate func mayBeDone(with others: Round) -> Bool {
    switch self {
    case .pass, .unbar: return false
    case .rotate, .open: return !others.contains { $0.isJoin || $0.isRotation }
    case .join: return !others.contains { $0.isRotation }
    case _: return true
    }
  }

  private var isJoin: Bool { if case .join = self { true } else { false } }
  /// An opening may bring another passcode too.
  private var isRotation: Bool {
    switch self {
    case .rotate, .open: true
    case _: false
    }
  }
}

extension Hand {
  fileprivate static func some(_ chance: inout Chance) -> Hand {
    switch chance.below(20) {
    case 0..<11: .session(.hana)
    case 11..<14: .session(.cora)
    case 14..<18: .hostTicket(chance.below(1000))
    case 18: .anyTicket(chance.below(1000))
    case _: .session(.mia)
    }
  }
}
