package import AnteroomCore

/// What deciding joins stands on.
package final class AdmissionPorts: Sendable {
  package let store: any Store
  package let clock: any WallClock
  package let randomness: any Randomness
  package let text: any TextProfiles
  package let limiter: AttemptLimiter
  package let mint: TokenMint
  package let passcodes: Passcodes
  package let grants: GrantMaker
  package let sealing: any AuditSealing
  package let digests: any Digests
  package let reserved: ReservedNames
  package let lifetime: SessionLifetime
  /// Fired once a change is on disk.
  package let changed: Signal<EventTopic>
  /// `waiting_per_meeting`
  package let waitingCeiling: Int
  package let sightings: Sightings

  package init(
    store: any Store, clock: any WallClock, randomness: any Randomness, text: any TextProfiles,
    limiter: AttemptLimiter, mint: TokenMint, passcodes: Passcodes, grants: GrantMaker,
    sealing: any AuditSealing, digests: any Digests, reserved: ReservedNames, lifetime: SessionLifetime,
    changed: Signal<EventTopic>, waitingCeiling: Int
  ) {
    self.store = store
    self.clock = clock
    self.randomness = randomness
    self.text = text
    self.limiter = limiter
    self.mint = mint
    self.passcodes = passcodes
    self.grants = grants
    self.sealing = sealing
    self.digests = digests
    self.reserved = reserved
    self.lifetime = lifetime
    self.changed = changed
    self.waitingCeiling = waitingCeiling
    sightings = Sightings(since: clock.now())
  }
}
