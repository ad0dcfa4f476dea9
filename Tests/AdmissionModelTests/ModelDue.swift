/// What happens by itself: time that is over, seats that come free, an opening, a host's coming.
extension Model {
  /// Whoever's time is over: the waiting go, the admitted wait anew, the dropped lose their way back. Nobody looks at
  /// it before it matters or the daemon's next second comes.
  mutating func endDue() {
    let due = entries.filter { $0.deadline.map { $0 <= now } ?? false }
    for entry in due.sorted(by: { ($0.deadline ?? 0, $0.key) < ($1.deadline ?? 0, $1.key) }) {
      switch entry.place {
      case .waiting: move(entry.key, to: .expired, until: now + rules.ticketSeconds)
      case .admitted: move(entry.key, to: .waiting, until: now + rules.ticketSeconds)
      case .left where entry.mayReturn: forfeit(entry.key)
      case .present, .left, .denied, .withdrawn, .expired, .removed: change(entry.key) { $0.deadline = nil }
      }
    }
    giveSeats()
  }

  /// What the clock does to the meeting.
  mutating func settle() {
    let isOpening = phase == .scheduled && opens.map { now >= $0 } ?? false
    let isLocking = !hasEnded && !isLocked && autoLockDue.map { now >= $0 } ?? false
    guard isOpening || isLocking else { return }
    endDue()
    if isOpening { begin() }
    if !isLocked, let due = autoLockDue, now >= due { lock() }
  }

  /// What the daemon does every second.
  mutating func sweep() {
    endDue()
    settle()
    endHostAbsence()
    giveSeats()
  }

  /// It begins; who came early goes on to what comes next.
  mutating func begin() {
    phase = .open
    for entry in waiting where entry.waitingFor == .opening { reconsider(entry.key, mayComeIn: true) }
  }

  /// A host is in: who waited for one is decided, and it begins if it has not.
  mutating func welcomeHost() {
    if phase == .scheduled { begin() }
    for entry in waiting where entry.waitingFor == .host {
      reconsider(
        entry.key,
        mayComeIn: rules.hostArrival == "admit_all"
          || (rules.hostArrival == "admit_invited" && entry.standing == .invitee))
    }
  }

  /// Seats that came free go to those who waited longest for one.
  mutating func giveSeats() {
    guard phase == .open else { return }
    for entry in waiting where entry.waitingFor == .seat && entry.deadline.map({ now < $0 }) ?? true {
      if isFull { return }
      reconsider(entry.key, mayComeIn: true)
    }
  }

  /// What was waited for has come; nobody comes in who waits for something else besides.
  private mutating func reconsider(_ key: Int, mayComeIn: Bool) {
    guard let index = index(key) else { return }
    let wait = isObjectedTo(entries[index]) ? .admission : remainingWait(entries[index])
    if mayComeIn && wait == nil { return admit(key) }
    change(key) { $0.waitingFor = mayComeIn ? wait ?? .admission : .admission }
  }

  /// Whether no host's word helps: asked at admission, at each grant and at redemption.
  func isObjectedTo(_ entry: Entry) -> Bool {
    if hasEnded { return true }
    if entry.standing != .host && isBarred(entry) { return true }
    if entry.isHosting { return false }
    if !isOpen(to: entry.standing) { return true }
    return entry.place == .waiting && closes.map { now >= $0 } ?? false
  }

  /// Whether the policy lets the like of somebody in at all.
  func isOpen(to standing: Standing) -> Bool {
    switch (rules.openTo, standing) {
    case ("members", .guest), ("invited", .guest), ("invited", .member): false
    case (_, _): true
    }
  }

  private func remainingWait(_ entry: Entry) -> WaitingFor? {
    if phase == .scheduled, let opens, now < opens { return .opening }
    if entry.wasSentBack || entry.isUnproven || isLocked { return .admission }
    return waitByKind(entry.standing, entry.client, isAlike: entry.isAlike, bypasses: entry.bypasses)
      ?? (isFull ? .seat : nil)
  }

  /// What the policy has the like of somebody wait for.
  func waitByKind(_ standing: Standing, _ client: Guise.Client, isAlike: Bool, bypasses: Bool) -> WaitingFor? {
    if isAlike && rules.waitingRoom != "off" { return .admission }
    var isForHost = false
    switch (client, rules.phones) {
    case (.person, _): break
    case (.bot, _), (.phone, "wait"), (.endpoint, "wait"): return .admission
    // Nobody sees who holds a telephone: it opens no room.
    case (.phone, _), (.endpoint, _):
      isForHost = !entries.contains { $0.occurrence == occurrence && $0.place == .present }
    }
    switch rules.waitingRoom {
    case "everyone": return .admission
    case "uninvited", "guests":
      // A code can be passed on: by itself it lets nobody past a host's eye.
      if standing == .guest || (standing == .invitee && !bypasses) { return .admission }
      if standing == .member && rules.waitingRoom == "uninvited" { return .admission }
    case _: break
    }
    if rules.beforeHost == "wait" && hostsPresent == 0 { isForHost = true }
    return isForHost ? .host : nil
  }
}
