/// A knock.
extension Model {
  /// How many may wait in one meeting, in the house where this is held.
  static let waitingCeiling = 20

  mutating func join(
    _ person: Person, _ shown: Shown, ticket: Int?, session: Int?, as guise: Guise, _ key: Int
  ) -> Outcome {
    if let session, !isLive(person, session) { return Outcome(.denied) }
    let account = session == nil ? nil : person
    if ticket != nil { endDue() }
    let chain = ticket.flatMap { index($0) }.map { entries[$0] }
    // A reload is no second knock.
    if let chain, chain.isOpen, chain.occurrence == occurrence, isBacked(chain),
      account == nil || account == chain.account
    {
      return own(chain.key, .standing, as: key)
    }
    // A use of somebody whose time to wait is over is there again.
    if let shown = guise.invite.flatMap({ invites[$0] }), !shown.isGood { endDue() }
    if isFull || waiting.count >= Model.waitingCeiling { endDue() }
    settle()
    let invite = invite(of: account, shown: guise.invite)
    let standing = standing(of: person, account, guise.client, isInvited: invite != nil)
    let isHosting = standing == .host || standing == .cohost
    let proof = prove(standing, shown)
    if proof == .wrong && rules.passcode != "off" && !hasEnded { failures += 1 }
    let name: Person? = rules.names == "given" && !isHosting ? account : guise.name ?? person
    guard proof != .wrong, proof != .nothing, let name,
      !isTurnedAway(standing, account, chain?.root, proof, guise.client)
    else { return Outcome(.refused) }

    let wasTurnedBack =
      (account != nil || chain != nil)
      && theirs(account, chain?.root).contains { $0.wasSentBack || $0.place == .denied }
    // Nothing but the passcode, a code that somebody barred holds too, or nothing, speaks for who may be whoever that was.
    let isGuessed = isSuspect && standing == .guest && proof != .blind && proof != .account
    let isDoubtful = isGuessed || (account == nil && !isHosting && isHeldByBarred(invite))
    let isAlike = !isHosting && rules.names != "free" && isLike(name, account, chain?.root)
    let bypasses = invite.flatMap { invites[$0]?.asked }.map { $0.bypasses || $0.account != nil } ?? false
    var wait: WaitingFor?
    if !isHosting {
      let isMarked = proof == .blind || wasTurnedBack || isDoubtful || isLocked
      wait = isMarked ? .admission : waitByKind(standing, guise.client, isAlike: isAlike, bypasses: bypasses)
      if phase == .scheduled { wait = .opening }
      let isQueued = waiting.contains { $0.waitingFor == .seat && $0.deadline.map { now < $0 } ?? true }
      if isFull || isQueued {
        if rules.waitingRoom == "off" { return Outcome(.refused) }
        wait = wait ?? .seat
      }
    }
    let isUnproven = proof == .blind || isDoubtful
    if wait != nil && !findPlace(person.place, isUnproven: isUnproven) { return Outcome(.refused) }
    var entry = Entry(
      key: key, person: person, session: session, standing: standing, occurrence: occurrence,
      root: chain?.root ?? key, place: wait == nil ? .admitted : .waiting,
      role: invite.flatMap { invites[$0]?.asked.role } ?? standing.role, client: guise.client,
      name: name, isAlike: isAlike, waitingFor: wait,
      denials: account != nil || chain != nil ? theirs(account, chain?.root).count { $0.place == .denied } : 0)
    entry.deadline = wait != nil ? now + rules.ticketSeconds : isHosting ? nil : now + 2 * rules.grantSeconds
    entry.wasSentBack = wait != nil && wasTurnedBack
    entry.isUnproven = isUnproven
    entry.invite = invite
    entry.bypasses = bypasses
    entry.wasAdmitted = wait == nil
    if let invite { invites[invite]?.used += 1 }
    if wait == nil { noteAdmission(entry) }
    entries.append(entry)
    return own(key, .made, as: key)
  }

  private enum Proof { case account, passcode, notNeeded, blind, wrong, nothing }

  /// A telephone is never a member, and a bot never a host, whoever's session it shows.
  private func standing(
    of person: Person, _ account: Person?, _ client: Guise.Client, isInvited: Bool
  ) -> Standing {
    if isInvited { return .invitee }
    guard account != nil else { return .guest }
    switch (person.standing, client) {
    case (.host, .bot), (.cohost, .bot): return .member
    case (.member, .phone), (.member, .endpoint): return .guest
    case (let standing, _): return standing
    }
  }

  /// The account's own, or the one whose code is shown; a host needs none.
  private func invite(of account: Person?, shown: Int?) -> Int? {
    if account == .hana || account == .cora { return nil }
    let own = account.flatMap { account in invites.first { $0.value.asked.account == account }?.key }
    return own ?? shown.flatMap { key in invites[key].flatMap { $0.asked.account == nil && $0.isGood ? key : nil } }
  }

  private func asksPasscode(_ standing: Standing) -> Bool {
    switch (standing, rules.passcode) {
    case (.host, _), (.cohost, _), (_, "off"), (.member, "guests"), (.invitee, "guests"): false
    case (.member, _), (.guest, _), (.invitee, _): true
    }
  }

  private func prove(_ standing: Standing, _ shown: Shown) -> Proof {
    if standing == .host || standing == .cohost { return .account }
    let isInvited = standing == .invitee || (standing == .member && rules.openTo != "invited")
    if isInvited && !asksPasscode(standing) { return .account }
    if rules.passcode == "off" {
      if rules.openTo == "link" { return .notNeeded }
      return shown == .wrong ? .wrong : .nothing
    }
    if shown == .nothing { return .nothing }
    if isCapped { return .blind }
    return shown == .right ? .passcode : .wrong
  }

  /// Whom no host's word would help now.
  private func isTurnedAway(
    _ standing: Standing, _ account: Person?, _ root: Int?, _ proof: Proof, _ client: Guise.Client
  ) -> Bool {
    if hasEnded { return true }
    if standing != .host && isBarred(account: account, chain: root) { return true }
    if rules.signIn == "required" && account == nil { return true }
    if standing == .host || standing == .cohost { return false }
    if !isOpen(to: standing) && proof != .blind { return true }
    if isLocked && rules.whenLocked == "refuse" { return true }
    if let closes, now >= closes { return true }
    if phase == .scheduled, let opens, now < opens - rules.earlyJoin { return true }
    switch client {
    case .person: return false
    case .phone, .endpoint: return rules.phones == "refuse"
    case .bot: return rules.bots == "refuse"
    }
  }

  /// What the same account, or the same chain of tickets, has had in this occurrence.
  private func theirs(_ account: Person?, _ root: Int?) -> [Entry] {
    entries.filter { entry in
      entry.occurrence == occurrence && ((account != nil && entry.account == account) || entry.root == root)
    }
  }

  /// Whether the name could be taken for that of a host or of somebody who waits or is in.
  private func isLike(_ name: Person, _ account: Person?, _ root: Int?) -> Bool {
    if [.hana, .cora].contains(name) && name != account { return true }
    return entries.contains { entry in
      entry.occurrence == occurrence && entry.isOpen && entry.name == name
        && (account == nil || entry.account != account) && (root == nil || entry.root != root)
    }
  }

  /// Of the places to wait one source has a quarter; joins without proof have a tenth, and one source a tenth of
  /// these: there the newest displaces the oldest.
  private mutating func findPlace(_ source: Int?, isUnproven: Bool) -> Bool {
    var displaced: Entry?
    if isUnproven {
      let unproven = waiting.filter(\.isUnproven)
      let places = max(1, Model.waitingCeiling / 10)
      let own = source == nil ? [] : unproven.filter { $0.source == source }
      if own.count >= max(1, places / 10) {
        displaced = own.first
      } else if unproven.count >= places {
        displaced = unproven.first
      }
    }
    let left = waiting.filter { $0.key != displaced?.key }
    if left.count >= Model.waitingCeiling { return false }
    if source != nil && left.count(where: { $0.source == source }) >= Model.waitingCeiling / 4 { return false }
    if let displaced { move(displaced.key, to: .expired, until: now + rules.ticketSeconds) }
    return true
  }
}
