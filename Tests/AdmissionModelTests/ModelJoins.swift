/// What the model says will come of a step: what kind of answer it gets, where the join stands then, and whether a
/// grant came with it.
struct Outcome: Hashable, Sendable, CustomStringConvertible {
  enum Kind: String, Sendable {
    /// A new join; the same join again; shut out, whyever.
    case made, standing, refused
    /// An act that was done or was so already; one that the state forbids; one without the right to it.
    case done, impossible, denied
    case active, inactive
  }
  var kind: Kind
  var place: Place?
  var hasGrant = false
  /// Of the meeting after it, where the answer says so.
  var epoch: Int?
  /// How many were let in, or are to be put out.
  var count: Int?

  init(_ kind: Kind, _ place: Place? = nil, hasGrant: Bool = false, epoch: Int? = nil, count: Int? = nil) {
    self.count = count
    self.kind = kind
    self.place = place
    self.hasGrant = hasGrant
    self.epoch = epoch
  }

  var description: String {
    [
      kind.rawValue, place?.rawValue, hasGrant ? "with a grant" : nil, epoch.map { "epoch \($0)" },
      count.map { "\($0) of them" },
    ]
    .compactMap { $0 }.joined(separator: " ")
  }
}

/// What joiners and front ends do.
extension Model {
  /// One's own join as one is told of it, with a fresh grant where one may have it.
  mutating func own(_ key: Int, _ kind: Outcome.Kind, as grantKey: Int) -> Outcome {
    guard let index = index(key) else { return Outcome(.denied) }
    let entry = entries[index]
    guard entry.isLetIn, entry.occurrence == occurrence, !isObjectedTo(entry) else { return Outcome(kind, entry.place) }
    // Not beyond the seat: somebody else may have it then.
    let longest = now + rules.grantSeconds
    let expires = entry.place == .present ? longest : min(longest, entry.deadline ?? longest)
    grants[grantKey] = Grant(entry: key, epoch: epoch, occurrence: occurrence, expires: expires)
    return Outcome(kind, entry.place, hasGrant: true, epoch: epoch)
  }

  mutating func look(_ key: Int, as grantKey: Int) -> Outcome {
    guard hasLiveTicket(key) else { return Outcome(.denied) }
    if let due = index(key).flatMap({ entries[$0].deadline }), due <= now { endDue() }
    return hasLiveTicket(key) ? own(key, .done, as: grantKey) : Outcome(.denied)
  }

  private func hasLiveTicket(_ key: Int) -> Bool {
    guard let index = index(key), isBacked(entries[index]) else { return false }
    return entries[index].isOpen || entries[index].deadline.map { now < $0 } ?? false
  }

  mutating func withdraw(_ key: Int) -> Outcome {
    endDue()
    guard let index = index(key), isBacked(entries[index]) else { return Outcome(.denied) }
    switch entries[index].place {
    case .withdrawn: break
    case .waiting: move(key, to: .withdrawn, until: now + rules.ticketSeconds)
    case .admitted, .present, .left, .denied, .expired, .removed: return Outcome(.impossible)
    }
    return Outcome(.done, .withdrawn)
  }

  mutating func leave(_ key: Int) -> Outcome {
    endDue()
    guard let index = index(key), isBacked(entries[index]) else { return Outcome(.denied) }
    switch entries[index].place {
    case .left: if entries[index].mayReturn { forfeit(key) }
    case .present: move(key, to: .left, until: now + rules.ticketSeconds)
    case .waiting, .admitted, .withdrawn, .denied, .expired, .removed: return Outcome(.impossible)
    }
    return Outcome(.done, .left)
  }

  /// Whether a grant lets somebody in now.
  func isRedeemable(_ key: Int) -> Bool { stands(key) && grants[key]?.isUsed == false }

  /// Whether a grant says anything: it has not run out, no epoch has risen, and the join is still let in.
  func stands(_ key: Int) -> Bool {
    guard let grant = grants[key], let index = index(grant.entry) else { return false }
    return now < grant.expires && grant.epoch == epoch && grant.occurrence == occurrence
      && entries[index].isLetIn && isBacked(entries[index]) && !isObjectedTo(entries[index])
  }

  mutating func redeem(_ key: Int, astray: Bool) -> Outcome {
    if !astray { endDue() }
    guard !astray, isRedeemable(key), let entry = grants[key]?.entry else { return Outcome(.refused) }
    grants[key]?.isUsed = true
    enter(entry)
    return Outcome(.done, .present, epoch: epoch)
  }

  mutating func present(_ key: Int, astray: Bool) -> Outcome {
    endDue()
    guard !astray, !hasEnded, let index = index(key), entries[index].occurrence == occurrence,
      entries[index].isLetIn,
      entries[index].place == .present || (isBacked(entries[index]) && !isObjectedTo(entries[index]))
    else { return Outcome(.impossible) }
    enter(key)
    return Outcome(.done, .present)
  }

  /// The whole truth of who is in through a front end: whoever is not named was dropped, and whoever is named without a
  /// right to it is to be put out.
  mutating func roster(_ keys: [Int], through door: Door) -> Outcome {
    endDue()
    for entry in entries where entry.place == .present && entry.person.door == door && !keys.contains(entry.key) {
      _ = left(entry.key, astray: false)
    }
    var strangers = 0
    for key in keys where present(key, astray: index(key).map { entries[$0].person.door != door } ?? true).kind != .done
    {
      strangers += 1
    }
    return Outcome(.done, count: strangers)
  }

  private mutating func enter(_ key: Int) {
    guard let index = index(key), entries[index].place != .present else { return }
    move(key, to: .present, until: nil)
  }

  /// A drop keeps the seat for a while.
  mutating func left(_ key: Int, astray: Bool) -> Outcome {
    endDue()
    guard !astray, let index = index(key), entries[index].occurrence == occurrence else { return Outcome(.impossible) }
    switch entries[index].place {
    case .left: break
    case .present:
      // Whose invite was revoked stayed, and does not come back.
      let isRevoked = entries[index].invite.map { invites[$0] == nil } ?? false
      let seconds = isRevoked ? 0 : rules.rejoinSeconds
      move(key, to: .left, until: now + (seconds > 0 ? seconds : rules.ticketSeconds))
      if seconds > 0 { change(key) { $0.mayReturn = true } }
    case .waiting, .admitted, .withdrawn, .denied, .expired, .removed: return Outcome(.impossible)
    }
    return Outcome(.done, .left)
  }
}

extension Standing {
  /// What somebody comes in as.
  var role: String {
    switch self {
    case .host: "host"
    case .cohost: "cohost"
    case .invitee, .member, .guest: "participant"
    }
  }
}
