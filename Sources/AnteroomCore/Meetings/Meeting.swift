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
  package var policy: MeetingPolicy
  /// The settings that the meeting itself decided; all others come from the profile.
  package var ownSettings: Set<PolicySetting>
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
  /// When the policy does something about it that the hosts have left.
  package var hostAbsenceDue: Instant?
  /// Somebody who knows the passcode was barred: who shows nothing but that waits, until it is rotated.
  package var passcodeIsSuspect: Bool

  package init(
    id: MeetingID, external: String?, frontEnd: String, kind: MeetingKind, title: String?, host: AccountID,
    cohosts: [AccountID], profile: String, policy: MeetingPolicy, ownSettings: Set<PolicySetting>,
    passcodeKind: PasscodeKind?, passcodeDigest: Digest?, passcodeFailures: Int, state: MeetingState, locked: Bool,
    occurrence: Int64, epoch: Epoch, tally: Tally, createdAt: Instant, version: Int64,
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
    self.policy = policy
    self.ownSettings = ownSettings
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
    self.hostAbsenceDue = hostAbsenceDue
    self.passcodeIsSuspect = passcodeIsSuspect
  }

  /// True once so many wrong passcodes came that none is compared any more; only rotation ends it.
  package var passcodeMustRotate: Bool { passcodeFailures >= policy.passcodeFailures }

  package func isHosted(by account: AccountID) -> Bool { host == account || cohosts.contains(account) }
}
