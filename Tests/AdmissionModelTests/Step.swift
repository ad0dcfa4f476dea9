/// Whoever takes part. The first two are of the meeting's record, the next three have accounts, the others none.
enum Person: Int, CaseIterable, Sendable {
  case hana, cora, mia, max, uma, gil, gus, gwen, gabe

  static let signedUp: [Person] = [.hana, .cora, .mia, .max, .uma]
  var hasAccount: Bool { rawValue <= Person.uma.rawValue }

  /// What the meeting's record and an operator's word make of somebody who is signed in.
  var standing: Standing {
    switch self {
    case .hana: .host
    case .cora: .cohost
    case .mia, .max: .member
    case .uma, .gil, .gus, .gwen, .gabe: .guest
    }
  }

  /// The front end that somebody comes through.
  var door: Door {
    switch self {
    case .hana, .cora, .mia, .uma, .gil, .gus: .front
    case .max, .gwen, .gabe: .side
    }
  }
}

/// Where a believed address says that somebody comes from: two share one.
extension Person {
  var place: Int? {
    switch self {
    case .max: 1
    case .gwen, .gabe: 2
    case .hana, .cora, .mia, .uma, .gil, .gus: nil
    }
  }
}

/// What somebody comes with and as: by whose name, and through what.
struct Guise: Hashable, Sendable {
  enum Client: String, Sendable { case person, phone, endpoint, bot }

  /// Whose name is typed; one's own by default.
  var name: Person?
  /// In letters that look the same.
  var isImitated = false
  var client = Client.person
  /// The step that made the invite whose code is shown.
  var invite: Int?

  static let plain = Guise()
}

enum Standing: String, Sendable { case host, cohost, invitee, member, guest }

/// An invite as it is asked for: with a code, or for an account.
struct Invitation: Hashable, Sendable {
  var account: Person?
  var uses = 1
  var bypasses = false
  var role = "participant"
}

/// Two front ends, each with an audience of its own.
enum Door: String, CaseIterable, Sendable {
  case front, side

  var other: Door { self == .front ? .side : .front }
}

enum Shown: String, Sendable { case nothing, right, wrong }

/// By whose hand a host's act is done. A number is a join, whose ticket is shown.
enum Hand: Hashable, Sendable {
  /// A session's number counts how many of the person's were signed out before.
  case session(Person, Int = 0)
  case hostTicket(Int)
  case anyTicket(Int)
}

enum Act: Hashable, Sendable {
  case admit, sendBack
  case deny(ban: Bool)
  /// Without a word on it the policy bars or does not.
  case remove(ban: Bool?)
  case role(String)
}

/// One thing that somebody does; `astray` says that it is done through the front end whose business it is not. As it
/// is generated a number counts round whatever there is to choose from, so that a history keeps its sense when steps
/// are left out; as it is done a number is the step that made the join or the grant.
enum Step: Hashable, Sendable {
  case join(Person, Shown, ticket: Int?, session: Int?, as: Guise = .plain)
  case look(Int)
  case withdraw(Int)
  case leave(Int)
  case redeem(Int, astray: Bool)
  case introspect(Int, astray: Bool)
  case present(Int, astray: Bool)
  case left(Int, astray: Bool)
  /// All who are in through a front end, as it says; of each number the join that it names.
  case roster([Int], Door)
  case act(Act, on: Int, by: Hand)
  case admitWaiting(by: Hand)
  case lock(by: Hand)
  case unlock(by: Hand)
  case suspend(by: Hand)
  case rotate(by: Hand)
  case end(by: Hand)
  case open(by: Hand)
  case bar(Int, by: Hand)
  case unbar(Int, Bar? = nil, by: Hand)
  case invite(Invitation, by: Hand)
  case revoke(Int, by: Hand)
  case signOut(Person, Int = 0)
  case pass(seconds: Int, swept: Bool)

  /// The step's word, and an act's own.
  var name: String {
    if case .act(let act, _, _) = self { return Step.word(act) }
    return Step.word(self)
  }

  private static func word(_ value: Any) -> String {
    Mirror(reflecting: value).children.first?.label ?? "\(value)"
  }

  /// As the compiler writes it, without the module's name.
  var description: String { String(reflecting: self).replacing("AdmissionModelTests.", with: "") }
}

/// Whom a bar is on: an account, or a chain of tickets by the join that began it.
enum Barred: Hashable, Sendable { case account(Person), chain(Int) }

/// A bar until it is lifted, or for one occurrence.
struct Bar: Hashable, Sendable {
  let who: Barred
  var occurrence: Int?
}

/// What happens at once: one step, or several that nobody orders.
typealias Round = [Step]

/// The settings of one meeting, as it is created.
struct Rules: Sendable {
  var passcode = "guests"
  var waitingRoom = "guests"
  var beforeHost = "wait"
  var hostArrival = "hold"
  var hostAbsence = "continue"
  var whenLocked = "wait"
  var removedMayReturn = false
  var capacity = 3
  var passcodeFailures = 20
  var grantSeconds = 30
  var ticketSeconds = 600
  var rejoinSeconds = 120
  var openTo = "link"
  var names = "unconfusable"
  var denials = 2
  var phones = "wait"
  var bots = "wait"
  var autoLock: Int?
  var signIn = "optional"
  var rotation = "manual"
  var earlyJoin = 30
  /// After it is made; nil for at once, and for never.
  var opens: Int?
  var closes: Int?

  var json: String {
    """
    {"open_to":"\(openTo)","names":"\(names)","denials":\(denials),"phones":"\(phones)","bots":"\(bots)",\
    "auto_lock":\(autoLock.map(String.init) ?? "null"),"sign_in":"\(signIn)","passcode_rotation":"\(rotation)",\
    "early_join":\(earlyJoin),"step_up":"never",\
    "passcode":"\(passcode)","waiting_room":"\(waitingRoom)","before_host":"\(beforeHost)",\
    "host_arrival":"\(hostArrival)","host_absence":"\(hostAbsence)","when_locked":"\(whenLocked)",\
    "removed_may_return":\(removedMayReturn),"capacity":\(capacity),"passcode_failures":\(passcodeFailures),\
    "grant_seconds":\(grantSeconds),"ticket_seconds":\(ticketSeconds),"rejoin_seconds":\(rejoinSeconds)}
    """
  }
}

/// What one seed stands for.
struct Script: Sendable {
  let seed: UInt64
  let rules: Rules
  var rounds: [Round]

  /// Whether something in it happens at once: what comes of it may differ from time to time.
  var isCrowded: Bool { rounds.contains { $0.count > 1 } }
  var stepCount: Int { rounds.reduce(0) { $0 + $1.count } }
}
