/// What hosts do.
extension Model {
  enum Right { case session, ticket }

  /// By what right somebody acts: a session of the record's hosts, or the ticket of a join with a host's role that is
  /// let in.
  func right(of hand: Hand) -> Right? {
    switch hand {
    case .session(let person, let session):
      return isLive(person, session) && (person == .hana || person == .cora) ? .session : nil
    case .hostTicket(let key), .anyTicket(let key):
      guard let index = index(key), entries[index].hasHostRole, entries[index].occurrence == occurrence,
        entries[index].place == .admitted || entries[index].place == .present, isBacked(entries[index])
      else { return nil }
      return .ticket
    }
  }

  mutating func act(_ act: Act, on key: Int, by hand: Hand) -> Outcome {
    guard let right = right(of: hand) else { return Outcome(.denied) }
    if case .role = act, right == .ticket { return Outcome(.denied) }
    guard let index = index(key), entries[index].occurrence == occurrence else { return Outcome(.impossible) }
    let entry = entries[index]
    // Nobody acts on the host, and on a cohost only who shows a session.
    let isAbove = entry.standing == .host || (right == .ticket && entry.hasHostRole)
    let isDone =
      switch act {
      case .admit: admitByName(entry)
      case .deny(let bars): !entry.isHosting && !isAbove && deny(entry, bars)
      case .remove(let bars): !isAbove && remove(entry, bars)
      case .sendBack: !isAbove && sendBack(entry)
      case .role(let role): change(role, of: entry)
      }
    return isDone ? Outcome(.done, entries[index].place, epoch: epoch) : Outcome(.impossible)
  }

  private mutating func admitByName(_ entry: Entry) -> Bool {
    if entry.place == .admitted || entry.place == .present { return true }
    guard entry.place == .waiting, !hasEnded else { return false }
    if entry.standing != .host && isBarred(account: entry.account, chain: entry.root) { return false }
    if !entry.isHosting && isFull { return false }
    admit(entry.key)
    return true
  }

  private mutating func deny(_ entry: Entry, _ bars: Bool) -> Bool {
    if entry.place == .denied { return true }
    guard entry.place == .waiting || entry.place == .admitted else { return false }
    if entry.isLetIn { epoch += 1 }
    move(entry.key, to: .denied, until: now + rules.ticketSeconds)
    if bars { bar(entry) }
    return true
  }

  private mutating func remove(_ entry: Entry, _ bars: Bool) -> Bool {
    switch entry.place {
    case .removed: return true
    case .left:
      // Out for a moment: the way back ends. Out for good: there is nothing to remove, but who was barred is.
      if !entry.mayReturn { return isBarred(account: entry.account, chain: entry.root) }
      epoch += 1
      change(entry.key) { $0.mayReturn = false }
    case .admitted, .present:
      epoch += 1
      move(entry.key, to: .removed, until: now + rules.ticketSeconds)
    case .waiting, .denied, .withdrawn, .expired: return false
    }
    if bars && !rules.removedMayReturn { bar(entry) }
    return true
  }

  private mutating func sendBack(_ entry: Entry) -> Bool {
    if entry.place == .waiting { return true }
    guard entry.isLetIn else { return false }
    epoch += 1
    change(entry.key) { $0.wasSentBack = true }
    if entry.place == .left {
      forfeit(entry.key)
    } else {
      move(entry.key, to: .waiting, until: now + rules.ticketSeconds)
    }
    return true
  }

  private mutating func change(_ role: String, of entry: Entry) -> Bool {
    guard !entry.isHosting, entry.isOpen else { return false }
    // Hosts take none of the others' seats; who is to be one of the others needs one.
    if entry.isLetIn && entry.hasHostRole && role != "cohost" && isFull { return false }
    change(entry.key) { $0.role = role }
    return true
  }

  private mutating func bar(_ entry: Entry) {
    bar(entry.account.map(Barred.account) ?? .chain(entry.root), chain: entry.root)
  }

  /// Whoever is barred is out with all that they have open; who shows nothing but the passcode is doubted from here.
  private mutating func bar(_ who: Barred, chain root: Int) {
    if !bars.contains(who) { bars.append(who) }
    if !isSuspect {
      isSuspect = true
      doubtWaiting(membersToo: false)
    }
    let theirs = entries.filter { entry in
      entry.occurrence == occurrence && entry.isOpen && entry.standing != .host
        && (entry.account.map { who == .account($0) } ?? false || entry.root == root)
    }
    if theirs.contains(where: \.isLetIn) { epoch += 1 }
    for entry in theirs {
      switch entry.place {
      case .waiting: move(entry.key, to: .denied, until: now + rules.ticketSeconds)
      case .admitted, .present: move(entry.key, to: .removed, until: now + rules.ticketSeconds)
      case .left: change(entry.key) { $0.mayReturn = false }
      case .denied, .withdrawn, .expired, .removed: break
      }
    }
  }

  /// Who waits on a passcode that is not believed any more is marked.
  private mutating func doubtWaiting(membersToo: Bool) {
    for entry in entries where entry.place == .waiting && !entry.isHosting {
      if entry.standing == .guest || membersToo { change(entry.key) { $0.isUnproven = true } }
    }
  }

  mutating func admitWaiting(by hand: Hand) -> Outcome {
    let (outcome, waiting) = listWaiting(by: hand)
    return outcome ?? admit(waiting, by: hand)
  }

  /// Who waits when it is called; with a refusal in place of them.
  func listWaiting(by hand: Hand) -> (refusal: Outcome?, waiting: [Int]) {
    guard right(of: hand) != nil else { return (Outcome(.denied), []) }
    if hasEnded { return (Outcome(.impossible), []) }
    return (nil, entries.filter { $0.place == .waiting }.map(\.key))
  }

  /// Of those, whoever may be let in unseen. The right to it is asked again.
  mutating func admit(_ waiting: [Int], by hand: Hand) -> Outcome {
    guard waiting.isEmpty || right(of: hand) != nil else { return Outcome(.denied) }
    var count = 0
    for entry in entries where waiting.contains(entry.key) && entry.place == .waiting {
      if entry.isUnproven || entry.wasSentBack || (isLocked && !entry.isHosting) { continue }
      if admitByName(entry) { count += 1 }
    }
    return Outcome(.done, count: count)
  }

  mutating func lock(by hand: Hand) -> Outcome { whole(hand, ticketMay: true) { $0.lock() } }
  mutating func unlock(by hand: Hand) -> Outcome { whole(hand, ticketMay: false) { $0.isLocked = false } }
  mutating func suspend(by hand: Hand) -> Outcome { whole(hand, ticketMay: true) { $0.suspend() } }
  mutating func end(by hand: Hand) -> Outcome { whole(hand, ticketMay: false, whenEnded: true) { $0.end() } }

  mutating func rotate(by hand: Hand) -> Outcome {
    if rules.passcode == "off" { return right(of: hand) == .session ? Outcome(.impossible) : Outcome(.denied) }
    var outcome = whole(hand, ticketMay: false) { model in
      model.epoch += 1
      model.failures = 0
      model.isSuspect = false
      model.doubtWaiting(membersToo: model.rules.passcode == "everyone")
    }
    outcome.epoch = nil
    return outcome
  }

  private mutating func whole(
    _ hand: Hand, ticketMay: Bool, whenEnded: Bool = false, _ body: (inout Model) -> Void
  ) -> Outcome {
    guard let right = right(of: hand), right == .session || ticketMay else { return Outcome(.denied) }
    if hasEnded && !whenEnded { return Outcome(.impossible) }
    body(&self)
    return Outcome(.done, epoch: epoch)
  }

  /// Whoever was let in and has not come yet goes back; whoever is inside stays.
  mutating func lock() {
    if isLocked { return }
    isLocked = true
    epoch += 1
    for entry in entries where entry.place == .admitted && !entry.isHosting {
      move(
        entry.key, to: rules.whenLocked == "refuse" ? .denied : .waiting, until: now + rules.ticketSeconds)
    }
  }

  private mutating func suspend() {
    isLocked = true
    epoch += 1
    for entry in entries where entry.isLetIn && !entry.isHosting {
      if entry.place == .left {
        forfeit(entry.key)
      } else {
        change(entry.key) { $0.wasSentBack = true }
        move(entry.key, to: .waiting, until: now + rules.ticketSeconds)
      }
    }
  }

  mutating func end() {
    if hasEnded { return }
    hasEnded = true
    epoch += 1
    for entry in entries where entry.isOpen {
      switch entry.place {
      case .present: move(entry.key, to: .left, until: now + rules.ticketSeconds)
      case .left: forfeit(entry.key)
      case .waiting, .admitted, .denied, .withdrawn, .expired, .removed:
        move(entry.key, to: .expired, until: now + rules.ticketSeconds)
      }
    }
    hostAbsenceDue = nil
  }

  /// A series begins anew: nobody is in it, its denials are forgotten and its bars stand.
  mutating func open(by hand: Hand) -> Outcome {
    guard right(of: hand) == .session else { return Outcome(.denied) }
    guard hasEnded else { return Outcome(.impossible) }
    hasEnded = false
    isLocked = false
    occurrence += 1
    epoch += 1
    return Outcome(.done, epoch: epoch)
  }

  mutating func bar(_ key: Int, by hand: Hand) -> Outcome {
    guard right(of: hand) == .session else { return Outcome(.denied) }
    guard let index = index(key), entries[index].account != .hana else { return Outcome(.impossible) }
    bar(entries[index])
    return Outcome(.done)
  }

  mutating func unbar(_ who: Barred, by hand: Hand) -> Outcome {
    guard right(of: hand) == .session else { return Outcome(.denied) }
    guard bars.contains(who) else { return Outcome(.impossible) }
    bars.removeAll { $0 == who }
    return Outcome(.done)
  }

  /// A ticket that was made with a session dies with it, and whoever was let in by it is out.
  mutating func signOut(_ person: Person, _ session: Int) -> Outcome {
    guard isLive(person, session) else { return Outcome(.denied) }
    for entry in entries where entry.person == person && entry.session == session && entry.isOpen {
      if entry.isLetIn { epoch += 1 }
      switch entry.place {
      case .left: forfeit(entry.key)
      case .present: move(entry.key, to: .left, until: now + rules.ticketSeconds)
      case .waiting, .admitted, .denied, .withdrawn, .expired, .removed:
        move(entry.key, to: .expired, until: now + rules.ticketSeconds)
      }
    }
    signedOut[person] = session + 1
    return Outcome(.done)
  }
}

extension Model {
  /// What comes of a step, whose numbers are keys; `key` is the step's own.
  mutating func apply(_ step: Step, as key: Int) -> Outcome {
    switch step {
    case .join(let person, let shown, let ticket, let session):
      join(person, shown, ticket: ticket, session: session, as: key)
    case .look(let entry): look(entry, as: key)
    case .withdraw(let entry): withdraw(entry)
    case .leave(let entry): leave(entry)
    case .redeem(let grant, let astray): redeem(grant, astray: astray)
    case .introspect(let grant, let astray): Outcome(!astray && stands(grant) ? .active : .inactive)
    case .present(let entry, let astray): present(entry, astray: astray)
    case .left(let entry, let astray): left(entry, astray: astray)
    case .roster(let entries, let door): roster(entries, through: door)
    case .act(let act, let entry, let hand): self.act(act, on: entry, by: hand)
    case .admitWaiting(let hand): admitWaiting(by: hand)
    case .lock(let hand): lock(by: hand)
    case .unlock(let hand): unlock(by: hand)
    case .suspend(let hand): suspend(by: hand)
    case .rotate(let hand): rotate(by: hand)
    case .end(let hand): end(by: hand)
    case .open(let hand): open(by: hand)
    case .bar(let entry, let hand): bar(entry, by: hand)
    case .unbar(_, let who, let hand): who.map { unbar($0, by: hand) } ?? Outcome(.impossible)
    case .signOut(let person, let session): signOut(person, session)
    case .pass(let seconds, let swept): pass(seconds, swept: swept)
    }
  }

  private mutating func pass(_ seconds: Int, swept: Bool) -> Outcome {
    endHostAbsence()
    now += seconds
    settle()
    if swept { endHostAbsence() }
    return Outcome(.done)
  }
}
