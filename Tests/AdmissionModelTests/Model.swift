/// Where somebody stands with a meeting.
enum Place: String, Sendable {
  case waiting, admitted, present, left, denied, withdrawn, expired, removed
}

/// A meeting as the contract has it in its sections 5 and 6, and nothing else: who holds what now. It knows no store,
/// no token and no transaction, and every rule stands in it once. Joins, grants and bars are named by the step that
/// made them; times are seconds.
struct Model: Sendable {
  struct Entry: Hashable, Sendable {
    let key: Int
    let person: Person
    /// Which of the person's sessions it was made with; nil for a join without an account.
    let session: Int?
    let standing: Standing
    let occurrence: Int
    /// The join at the beginning of its chain of tickets.
    let root: Int
    var place: Place
    var role: String
    var waitsForHost = false
    /// When the place ends by itself; of one that is final, when its ticket says nothing more.
    var deadline: Int?
    /// Left by a drop: seat and way back are kept.
    var mayReturn = false
    var wasSentBack = false
    var isUnproven = false

    /// The record's hosts: they always have a seat, and no lock or full house is for them.
    var isHosting: Bool { standing == .host || standing == .cohost }
    var hasHostRole: Bool { role == "host" || role == "cohost" }
    /// Inside, let in, or out for a moment: whoever holds this may have a grant.
    var isLetIn: Bool { place == .admitted || place == .present || (place == .left && mayReturn) }
    var isOpen: Bool { place == .waiting || isLetIn }
    var takesSeat: Bool { !hasHostRole && isLetIn }
    var account: Person? { session == nil ? nil : person }
  }

  struct Grant: Hashable, Sendable {
    let entry: Int
    let epoch: Int
    let occurrence: Int
    let expires: Int
    var isUsed = false
  }

  let rules: Rules
  var now = 0
  var epoch = 1
  var isLocked = false
  var hasEnded = false
  var occurrence = 1
  /// In the order they knocked.
  var entries: [Entry] = []
  var grants: [Int: Grant] = [:]
  var bars: [Barred] = []
  /// Somebody who knows the passcode was barred.
  var isSuspect = false
  var failures = 0
  var hostAbsenceDue: Int?
  /// How many of a person's sessions were signed out.
  var signedOut: [Person: Int] = [:]

  static let sessionsEach = 2

  init(_ rules: Rules) { self.rules = rules }

  var seats: Int { entries.count { $0.occurrence == occurrence && $0.takesSeat } }
  var hostsPresent: Int { entries.count { $0.occurrence == occurrence && $0.place == .present && $0.hasHostRole } }
  var isFull: Bool { seats >= rules.capacity }
  /// No passcode is compared any more.
  var isCapped: Bool { failures >= rules.passcodeFailures }

  func index(_ key: Int) -> Int? { entries.firstIndex { $0.key == key } }
  func session(of person: Person) -> Int { signedOut[person, default: 0] }
  func isLive(_ person: Person, _ session: Int) -> Bool {
    session == self.session(of: person) && session < Model.sessionsEach
  }
  /// What was made with a session stands only while that does.
  func isBacked(_ entry: Entry) -> Bool { entry.session.map { isLive(entry.person, $0) } ?? true }

  func isBarred(account: Person?, chain root: Int?) -> Bool {
    if let account, bars.contains(.account(account)) { return true }
    guard let root else { return false }
    // A barred account is known by the chain that it began, whoever shows the ticket.
    return bars.contains(.chain(root))
      || index(root).flatMap { entries[$0].account }.map { bars.contains(.account($0)) } ?? false
  }

  /// The one way in which an entry changes: hosts that come and go show here.
  mutating func change(_ key: Int, _ body: (inout Entry) -> Void) {
    guard let index = index(key) else { return }
    let before = hostsPresent
    body(&entries[index])
    let after = hostsPresent
    if before == 0 && after > 0 {
      hostAbsenceDue = nil
      welcomeHost()
    }
    if before > 0 && after == 0 { hostAbsenceDue = rules.absence.map { now + $0.seconds } }
  }

  mutating func move(_ key: Int, to place: Place, until deadline: Int?) {
    change(key) { entry in
      entry.place = place
      entry.deadline = deadline
      entry.waitsForHost = false
      entry.mayReturn = false
      if place == .admitted { entry.wasSentBack = false }
    }
  }

  mutating func admit(_ key: Int) {
    guard let index = index(key) else { return }
    move(key, to: .admitted, until: entries[index].isHosting ? nil : now + 2 * rules.grantSeconds)
  }

  /// A seat that was kept is free.
  mutating func forfeit(_ key: Int) {
    change(key) { entry in
      entry.mayReturn = false
      entry.deadline = nil
    }
  }

  /// Who waited for a host is decided; nobody comes in who waits for something else besides.
  private mutating func welcomeHost() {
    for entry in entries where entry.place == .waiting && entry.waitsForHost && entry.occurrence == occurrence {
      let isWelcome =
        rules.hostArrival == "admit_all" && !isFull && !isLocked && !entry.isUnproven && !entry.wasSentBack
        && !isBarred(account: entry.account, chain: entry.root)
      if isWelcome { admit(entry.key) } else { change(entry.key) { $0.waitsForHost = false } }
    }
  }

  /// Whoever's time is over: the waiting go, the admitted wait anew, the dropped lose their way back.
  mutating func settle() {
    for entry in entries {
      guard let deadline = entry.deadline, deadline <= now else { continue }
      switch entry.place {
      case .waiting: move(entry.key, to: .expired, until: now + rules.ticketSeconds)
      case .admitted: move(entry.key, to: .waiting, until: now + rules.ticketSeconds)
      case .left where entry.mayReturn: forfeit(entry.key)
      case .present, .left, .denied, .withdrawn, .expired, .removed: change(entry.key) { $0.deadline = nil }
      }
    }
  }

  /// What the policy does once the hosts have been away for so long; the daemon looks once a second.
  mutating func endHostAbsence() {
    guard let due = hostAbsenceDue, due <= now, let absence = rules.absence else { return }
    hostAbsenceDue = nil
    if absence.ends { end() } else { lock() }
  }
}

extension Rules {
  /// `host_absence` as seconds, and whether the meeting ends or is locked then.
  var absence: (seconds: Int, ends: Bool)? {
    let parts = hostAbsence.split(separator: ":")
    return parts.count == 2 ? Int(parts[1]).map { ($0, parts[0] == "end_after") } : nil
  }
}
