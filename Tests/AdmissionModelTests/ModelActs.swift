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
    endDue()
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
    guard entry.place == .waiting, !isObjectedTo(entry) else { return false }
    if !entry.isHosting && isFull { return false }
    admit(entry.key)
    return true
  }

  private mutating func deny(_ entry: Entry, _ bars: Bool) -> Bool {
    if entry.place == .denied { return true }
    guard entry.place == .waiting || entry.place == .admitted else { return false }
    if entry.isLetIn { epoch += 1 }
    if bars || entry.denials + 1 >= rules.denials { bar(entry, in: bars ? nil : occurrence) }
    move(entry.key, to: .denied, until: now + rules.ticketSeconds)
    return true
  }

  private mutating func remove(_ entry: Entry, _ bars: Bool?) -> Bool {
    switch entry.place {
    case .removed: return true
    // Out for good: there is nothing to remove, but who was barred is.
    case .left where !entry.mayReturn: return isBarred(entry)
    case .admitted, .present, .left: break
    case .waiting, .denied, .withdrawn, .expired: return false
    }
    epoch += 1
    if bars ?? !rules.removedMayReturn { bar(entry, in: nil) }
    // Out for a moment: the way back ends.
    if entry.place == .left {
      change(entry.key) { $0.mayReturn = false }
    } else {
      move(entry.key, to: .removed, until: now + rules.ticketSeconds)
    }
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

  private mutating func bar(_ entry: Entry, in occurrence: Int?) {
    let who = entry.account.map(Barred.account) ?? .chain(entry.root)
    bar(
      Bar(who: who, occurrence: occurrence), chain: entry.root, besides: entry.key,
      knowsPasscode: entry.account != nil || entry.invite == nil || rules.passcode == "everyone")
  }

  /// Whoever is barred is out with all that they have open; who shows nothing but the passcode is doubted from here.
  private mutating func bar(_ bar: Bar, chain root: Int, besides key: Int? = nil, knowsPasscode: Bool) {
    if !bars.contains(bar) { bars.append(bar) }
    if !isSuspect && knowsPasscode {
      isSuspect = true
      doubtWaiting(membersToo: false)
    }
    let theirs = entries.filter { entry in
      entry.occurrence == occurrence && entry.isOpen && entry.standing != .host && entry.key != key
        && (entry.root == root || isBarred(entry))
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
  mutating func listWaiting(by hand: Hand) -> (refusal: Outcome?, waiting: [Int]) {
    endDue()
    guard right(of: hand) != nil else { return (Outcome(.denied), []) }
    if hasEnded { return (Outcome(.impossible), []) }
    return (nil, waiting.map(\.key))
  }

  /// Of those, whoever may be let in unseen. The right to it is asked again.
  mutating func admit(_ waiting: [Int], by hand: Hand) -> Outcome {
    guard waiting.isEmpty || right(of: hand) != nil else { return Outcome(.denied) }
    var count = 0
    for entry in entries where waiting.contains(entry.key) && entry.place == .waiting {
      let isMarked = entry.isUnproven || entry.wasSentBack || entry.isAlike || entry.denials > 0
      if entry.client == .bot || isMarked || (isLocked && !entry.isHosting) { continue }
      if admitByName(entry) { count += 1 }
    }
    return Outcome(.done, count: count)
  }

  mutating func lock(by hand: Hand) -> Outcome { whole(hand, ticketMay: true) { $0.lock() } }
  mutating func unlock(by hand: Hand) -> Outcome { whole(hand, ticketMay: false) { $0.isLocked = false } }
  mutating func suspend(by hand: Hand) -> Outcome { whole(hand, ticketMay: true) { $0.suspend() } }
  mutating func end(by hand: Hand) -> Outcome {
    whole(hand, ticketMay: false, whenEnded: true) { model in
      model.settle()
      model.end()
    }
  }

  mutating func rotate(by hand: Hand) -> Outcome {
    endDue()
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
    endDue()
    guard let right = right(of: hand), right == .session || ticketMay else { return Outcome(.denied) }
    if hasEnded && !whenEnded { return Outcome(.impossible) }
    body(&self)
    return Outcome(.done, epoch: epoch)
  }

  /// Whoever was let in and has not come yet goes back; whoever is inside stays.
  mutating func lock() {
    if isLocked { return }
    isLocked = true
    stayUnlockedLater()
    epoch += 1
    for entry in entries where entry.place == .admitted && !entry.isHosting {
      move(
        entry.key, to: rules.whenLocked == "refuse" ? .denied : .waiting, until: now + rules.ticketSeconds)
    }
  }

  /// Who unlocks it again means it.
  private mutating func stayUnlockedLater() {
    if rules.autoLock != nil { autoLockDue = .max }
  }

  private mutating func suspend() {
    isLocked = true
    stayUnlockedLater()
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
    phase = .ended
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
    autoLockDue = nil
  }

  /// What is scheduled begins, and a series that has ended begins anew: nobody is in it, and its denials and what was
  /// for one occurrence are forgotten. Other bars stand; so does what was tried against the passcode, unless each
  /// occurrence has its own.
  mutating func open(by hand: Hand) -> Outcome {
    endDue()
    guard right(of: hand) == .session else { return Outcome(.denied) }
    settle()
    switch phase {
    case .open: break
    case .scheduled: begin()
    case .ended:
      phase = .open
      isLocked = false
      occurrence += 1
      epoch += 1
      if let due = opens, due <= now { opens = nil }
      if let due = closes, due <= now { closes = nil }
      if rules.passcode != "off" && rules.rotation == "occurrence" {
        failures = 0
        isSuspect = false
      }
    }
    return Outcome(.done, epoch: epoch)
  }

  mutating func bar(_ key: Int, by hand: Hand) -> Outcome {
    endDue()
    guard right(of: hand) == .session else { return Outcome(.denied) }
    guard let index = index(key), entries[index].account != .hana else { return Outcome(.impossible) }
    let entry = entries[index]
    bar(
      Bar(who: entry.account.map(Barred.account) ?? .chain(entry.root)), chain: entry.root,
      knowsPasscode: entry.account != nil || entry.invite == nil || rules.passcode == "everyone")
    return Outcome(.done)
  }

  /// Whether a chain that began with the invite's code, by nobody known, is barred.
  func isHeldByBarred(_ invite: Int?) -> Bool {
    guard let invite, invites[invite]?.asked.account == nil else { return false }
    return bars.contains { bar in
      guard case .chain(let root) = bar.who else { return false }
      return entries.contains { $0.key == root && $0.invite == invite }
    }
  }

  mutating func unbar(_ bar: Bar, by hand: Hand) -> Outcome {
    guard right(of: hand) == .session else { return Outcome(.denied) }
    guard bars.contains(bar) else { return Outcome(.impossible) }
    // Nobody lifts what others laid on them.
    if case .session(let person, _) = hand, bar.who == .account(person), person != .hana { return Outcome(.impossible) }
    bars.removeAll { $0 == bar }
    return Outcome(.done)
  }

  mutating func invite(_ asked: Invitation, by hand: Hand, as key: Int) -> Outcome {
    guard right(of: hand) == .session else { return Outcome(.denied) }
    if let account = asked.account, invites.values.contains(where: { $0.asked.account == account }) {
      return Outcome(.impossible)
    }
    invites[key] = Invite(asked: asked)
    return Outcome(.done)
  }

  /// Who waits by it or is on the way in is denied, and who was dropped does not come back; who is inside stays.
  mutating func revoke(_ key: Int, by hand: Hand) -> Outcome {
    endDue()
    guard right(of: hand) == .session else { return Outcome(.denied) }
    guard invites.removeValue(forKey: key) != nil else { return Outcome(.impossible) }
    let theirs = entries.filter {
      $0.occurrence == occurrence && $0.invite == key && $0.isOpen && $0.place != .present
    }
    if theirs.contains(where: \.isLetIn) { epoch += 1 }
    for entry in theirs {
      if entry.place == .left {
        forfeit(entry.key)
      } else {
        move(entry.key, to: .denied, until: now + rules.ticketSeconds)
      }
    }
    return Outcome(.done)
  }

  /// A ticket that was made with a session dies with it, and whoever was let in by it is out.
  mutating func signOut(_ person: Person, _ session: Int) -> Outcome {
    guard isLive(person, session) else { return Outcome(.denied) }
    endDue()
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
  /// What comes of a step, whose numbers are keys; `key` is the step's own. Seats that it sets free are given at its
  /// end.
  mutating func apply(_ step: Step, as key: Int) -> Outcome {
    let seats = seats
    let outcome = outcome(of: step, as: key)
    if self.seats < seats { giveSeats() }
    return outcome
  }

  private mutating func outcome(of step: Step, as key: Int) -> Outcome {
    switch step {
    case .join(let person, let shown, let ticket, let session, let guise):
      join(person, shown, ticket: ticket, session: session, as: guise, key)
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
    case .unbar(_, let bar, let hand): bar.map { unbar($0, by: hand) } ?? Outcome(.impossible)
    case .invite(let asked, let hand): invite(asked, by: hand, as: key)
    case .revoke(let invite, let hand): revoke(invite, by: hand)
    case .signOut(let person, let session): signOut(person, session)
    case .pass(let seconds, let swept): pass(seconds, swept: swept)
    }
  }

  private mutating func pass(_ seconds: Int, swept: Bool) -> Outcome {
    sweep()
    now += seconds
    if swept { sweep() }
    return Outcome(.done)
  }
}
