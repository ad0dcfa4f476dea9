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
    let client: Guise.Client
    /// Whose name it is, or looks like.
    let name: Person
    /// The name could be taken for another's who was there.
    let isAlike: Bool
    var waitingFor: WaitingFor?
    /// How often the person was denied in the occurrence.
    var denials: Int
    /// When the place ends by itself; of one that is final, when its ticket says nothing more.
    var deadline: Int?
    /// Left by a drop: seat and way back are kept.
    var mayReturn = false
    /// The step that made the invite it came by.
    var invite: Int?
    var bypasses = false
    /// Let in once: what was used for that is used.
    var wasAdmitted = false
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
    /// Where it is counted as coming from.
    var source: Int? { person.place }
  }

  struct Grant: Hashable, Sendable {
    let entry: Int
    let epoch: Int
    let occurrence: Int
    let expires: Int
    var isUsed = false
  }

  struct Invite: Hashable, Sendable {
    let asked: Invitation
    var used = 0

    /// An account's is nobody else's to use up.
    var isGood: Bool { asked.account != nil || used < asked.uses }
  }

  let rules: Rules
  /// Those that were not revoked.
  var invites: [Int: Invite] = [:]
  var now = 0
  var epoch = 1
  var isLocked = false
  var phase: Phase
  var opens: Int?
  var closes: Int?
  /// When the policy locks; the end of time once it has, or a host's hand has been at the lock.
  var autoLockDue: Int?
  var occurrence = 1
  /// In the order they knocked.
  var entries: [Entry] = []
  var grants: [Int: Grant] = [:]
  var bars: [Bar] = []
  /// Somebody who knows the passcode was barred.
  var isSuspect = false
  var failures = 0
  var hostAbsenceDue: Int?
  /// How many of a person's sessions were signed out.
  var signedOut: [Person: Int] = [:]

  static let sessionsEach = 2

  init(_ rules: Rules) {
    self.rules = rules
    opens = rules.opens
    closes = rules.closes
    phase = rules.opens == nil ? .open : .scheduled
  }

  var hasEnded: Bool { phase == .ended }
  var waiting: [Entry] { entries.filter { $0.occurrence == occurrence && $0.place == .waiting } }
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
    let barred = bars.filter { $0.occurrence == nil || $0.occurrence == occurrence }.map(\.who)
    if let account, barred.contains(.account(account)) { return true }
    guard let root else { return false }
    // A barred account is known by the chain that it began, whoever shows the ticket.
    return barred.contains(.chain(root))
      || index(root).flatMap { entries[$0].account }.map { barred.contains(.account($0)) } ?? false
  }

  func isBarred(_ entry: Entry) -> Bool { isBarred(account: entry.account, chain: entry.root) }

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

  mutating func move(_ key: Int, to place: Place, until deadline: Int?, waitingFor: WaitingFor? = nil) {
    if place == .denied, let index = index(key) {
      // A denial is the person's, whatever else of theirs is open here.
      let (account, root) = (entries[index].account, entries[index].root)
      for other in entries.indices where entries[other].occurrence == entries[index].occurrence {
        let isTheirs = entries[other].root == root || (account != nil && entries[other].account == account)
        if other == index || (isTheirs && entries[other].isOpen) { entries[other].denials += 1 }
      }
    }
    if place == .withdrawn || place == .expired, let entry = index(key).map({ entries[$0] }), !entry.wasAdmitted {
      // Nothing came of what was used for it.
      if let invite = entry.invite { invites[invite]?.used -= 1 }
    }
    change(key) { entry in
      entry.place = place
      if place == .admitted { entry.wasAdmitted = true }
      entry.deadline = deadline
      entry.waitingFor = place == .waiting ? waitingFor ?? .admission : nil
      entry.mayReturn = false
      if place == .admitted { entry.wasSentBack = false }
    }
  }

  mutating func admit(_ key: Int) {
    guard let index = index(key) else { return }
    noteAdmission(entries[index])
    move(key, to: .admitted, until: entries[index].isHosting ? nil : now + 2 * rules.grantSeconds)
  }

  /// The first of the others who is let in sets the time of the policy's lock.
  mutating func noteAdmission(_ entry: Entry) {
    guard let seconds = rules.autoLock, autoLockDue == nil, !isLocked, !entry.isHosting else { return }
    autoLockDue = now + seconds
  }

  /// A seat that was kept is free.
  mutating func forfeit(_ key: Int) {
    change(key) { entry in
      entry.mayReturn = false
      entry.deadline = nil
    }
  }

  /// What the policy does once the hosts have been away for so long; the daemon looks once a second.
  mutating func endHostAbsence() {
    guard let due = hostAbsenceDue, due <= now, let absence = rules.absence else { return }
    hostAbsenceDue = nil
    if absence.ends { end() } else { lock() }
  }
}

/// What somebody who waits is told to wait for.
enum WaitingFor: String, Sendable { case opening, host, admission, seat }

enum Phase: String, Sendable { case scheduled, open, ended }

extension Rules {
  /// `host_absence` as seconds, and whether the meeting ends or is locked then.
  var absence: (seconds: Int, ends: Bool)? {
    let parts = hostAbsence.split(separator: ":")
    return parts.count == 2 ? Int(parts[1]).map { ($0, parts[0] == "end_after") } : nil
  }
}
