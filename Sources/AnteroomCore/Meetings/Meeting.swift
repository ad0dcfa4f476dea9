package enum MeetingKind: String, Sendable, CaseIterable { case once, series }

package enum MeetingState: String, Sendable, CaseIterable { case scheduled, open, ended }

package enum PasscodeKind: String, Sendable, CaseIterable { case characters, words, digits }

/// A number that rises, and never falls, whenever somebody loses the right to be inside.
package typealias Epoch = Int64

/// How many joins are where. Hosts are counted apart: they always have a seat.
package struct Tally: Hashable, Sendable {
  package var waiting: Int
  package var admitted: Int
  package var present: Int
  /// Left by a drop, with their seats kept.
  package var away: Int
  package var hostsAdmitted: Int
  package var hostsPresent: Int

  package init(waiting: Int, admitted: Int, present: Int, away: Int = 0, hostsAdmitted: Int, hostsPresent: Int) {
    self.waiting = waiting
    self.admitted = admitted
    self.present = present
    self.away = away
    self.hostsAdmitted = hostsAdmitted
    self.hostsPresent = hostsPresent
  }

  package static let empty = Tally(waiting: 0, admitted: 0, present: 0, hostsAdmitted: 0, hostsPresent: 0)

  /// Seats that count against the capacity.
  package var seatsTaken: Int { admitted + present + away }

  package mutating func count(_ join: Join, by step: Int) {
    switch (join.state, join.role == .host || join.role == .cohost) {
    case (.waiting, _): waiting += step
    case (.admitted, false): admitted += step
    case (.admitted, true): hostsAdmitted += step
    case (.present, false): present += step
    case (.present, true): hostsPresent += step
    case (.left, false): away += join.mayRejoin ? step : 0
    case (.left, true), (.denied, _), (.withdrawn, _), (.expired, _), (.removed, _): break
    }
  }
}

/// Knocks within a minute, from all sources: what a guesser or a crowd of strangers looks like.
package struct Burst: Hashable, Sendable {
  package var since: Instant
  package var failed: Int
  package var unknown: Int

  package init(since: Instant, failed: Int, unknown: Int) {
    self.since = since
    self.failed = failed
    self.unknown = unknown
  }

  package static let none = Burst(since: Instant(milliseconds: 0), failed: 0, unknown: 0)

  package static let seconds = 60
  /// So many in that time are a burst.
  package static let failedLimit = 20
  package static let unknownLimit = 40

  /// Counts a knock; true when it is the one that makes a burst of the others.
  package mutating func count(_ knock: WritableKeyPath<Burst, Int>, limit: Int, at now: Instant) -> Bool {
    if now.milliseconds(since: since) >= Int64(Burst.seconds) * 1000 { self = Burst(since: now, failed: 0, unknown: 0) }
    self[keyPath: knock] += 1
    return self[keyPath: knock] == limit
  }
}

/// A durable record: policy, passcode, lock and epoch. It outlives every media room.
package struct Meeting: Hashable, Sendable {
  package let id: MeetingID
  package var external: String?
  /// The front end that chose `external`.
  package var frontEnd: String
  package var kind: MeetingKind
  package var title: String?
  package var host: AccountID
  package var cohosts: [AccountID]
  package var profile: String
  /// The profile that the host's account is bound to: the meeting cannot be looser.
  package var hostProfile: String?
  /// What is in force, and which level decided it.
  package var policy: MeetingPolicy
  package var provenance: [PolicySetting: PolicyLevel]
  /// What the meeting says itself; all else comes from above.
  package var own: PolicyValues
  package var passcodeKind: PasscodeKind?
  package var passcodeDigest: Digest?
  /// Wrong ones since it was set, from all sources.
  package var passcodeFailures: Int
  package var state: MeetingState
  package var locked: Bool
  package var occurrence: Int64
  package var epoch: Epoch
  package var tally: Tally
  package var createdAt: Instant
  package var version: Int64
  package var opensAt: Instant?
  package var closesAt: Instant?
  /// When the meeting locks itself, once somebody was admitted; the end of time once it has.
  package var autoLockDue: Instant?
  package var burst: Burst
  /// When the policy does something about it that the hosts have left.
  package var hostAbsenceDue: Instant?
  /// Somebody who knows the passcode was barred: who shows nothing but that waits, until it is rotated.
  package var passcodeIsSuspect: Bool

  package init(
    id: MeetingID, external: String?, frontEnd: String, kind: MeetingKind, title: String?, host: AccountID,
    cohosts: [AccountID], profile: String, hostProfile: String? = nil, policy: EffectivePolicy, own: PolicyValues,
    passcodeKind: PasscodeKind?, passcodeDigest: Digest?, passcodeFailures: Int, state: MeetingState, locked: Bool,
    occurrence: Int64, epoch: Epoch, tally: Tally, createdAt: Instant, version: Int64, opensAt: Instant? = nil,
    closesAt: Instant? = nil, autoLockDue: Instant? = nil, burst: Burst = .none,
    hostAbsenceDue: Instant? = nil, passcodeIsSuspect: Bool = false
  ) {
    self.id = id
    self.external = external
    self.frontEnd = frontEnd
    self.kind = kind
    self.title = title
    self.host = host
    self.cohosts = cohosts
    self.profile = profile
    self.hostProfile = hostProfile
    self.policy = policy.policy
    provenance = policy.provenance
    self.own = own
    self.passcodeKind = passcodeKind
    self.passcodeDigest = passcodeDigest
    self.passcodeFailures = passcodeFailures
    self.state = state
    self.locked = locked
    self.occurrence = occurrence
    self.epoch = epoch
    self.tally = tally
    self.createdAt = createdAt
    self.version = version
    self.opensAt = opensAt
    self.closesAt = closesAt
    self.autoLockDue = autoLockDue
    self.burst = burst
    self.hostAbsenceDue = hostAbsenceDue
    self.passcodeIsSuspect = passcodeIsSuspect
  }

  /// True once so many wrong passcodes came that none is compared any more; only rotation ends it.
  package var passcodeMustRotate: Bool { passcodeFailures >= policy.passcodeFailures }

  package mutating func adopt(_ effective: EffectivePolicy) {
    policy = effective.policy
    provenance = effective.provenance
  }

  package var effective: EffectivePolicy { EffectivePolicy(policy: policy, provenance: provenance) }

  /// Whether anybody is inside or has a seat kept.
  package var isOccupied: Bool { tally.seatsTaken + tally.hostsAdmitted + tally.hostsPresent > 0 }

  package func isHosted(by account: AccountID) -> Bool { host == account || cohosts.contains(account) }

  /// The first admission of anybody but a host begins the time after which the meeting locks itself; a host who
  /// unlocks it again means it.
  package mutating func noteAdmission(of join: Join, at now: Instant) {
    guard let seconds = policy.autoLock, autoLockDue == nil, !locked, !join.joinerClass.isHosting else { return }
    autoLockDue = now.adding(seconds: seconds)
  }

  /// Whether it does not lock itself any more in this occurrence.
  package var isAutoLockOver: Bool {
    get { autoLockDue == Meeting.never }
    set { autoLockDue = newValue && policy.autoLock != nil ? Meeting.never : autoLockDue }
  }

  /// The clock has come to its opening.
  package func isOpening(at now: Instant) -> Bool { state == .scheduled && opensAt.map { now >= $0 } ?? false }

  /// It locks itself now.
  package func isLockingItself(at now: Instant) -> Bool {
    state != .ended && !locked && policy.autoLock != nil && (autoLockDue.map { now >= $0 } ?? false)
  }

  private static let never = Instant(milliseconds: Int64.max)
}
