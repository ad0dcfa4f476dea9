import AnteroomCore
import AnteroomServices
import SecretMemory

// The objects of the contract's section 10, each written in one place.

extension JSONText {
  mutating func account(_ account: Account) {
    object { json in
      json.member("id", account.id.text)
      json.member("username", account.username.text)
      json.member("display_name", account.displayName.text)
      json.roles(account)
      json.member("vouched", account.vouched)
      if let profile = account.profile { json.member("profile", profile) }
      json.member("disabled", account.disabled)
      if account.hasSecondFactor { json.member("second_factor", "totp") } else { json.null("second_factor") }
      json.member("created_at", account.createdAt)
      if let time = account.lastSignInAt { json.member("last_sign_in_at", time) }
    }
  }

  private mutating func roles(_ account: Account) {
    array("roles", account.isHost ? ["host"] : []) { $0.value($1) }
  }

  /// `isCurrent` marks the one that asks, in a list.
  mutating func session(_ session: Session, of account: Account, isCurrent: Bool = false) {
    object { json in
      json.member("id", session.id.text)
      json.object("account") { json in
        json.member("id", account.id.text)
        json.member("username", account.username.text)
        json.member("display_name", account.displayName.text)
        json.roles(account)
      }
      json.member("factors", session.factors)
      json.array("methods", session.methods) { $0.value($1.rawValue) }
      json.member("created_at", session.createdAt)
      json.member("authenticated_at", session.authenticatedAt)
      json.member("expires_at", session.expiresAt)
      json.member("idle_expires_at", session.idleExpiresAt)
      if isCurrent { json.member("current", true) }
    }
  }

  /// A meeting as whoever asks may see it.
  mutating func meeting(_ shown: ShownMeeting) {
    guard shown.isForInvitee else { return meeting(shown.meeting, host: shown.host) }
    object { json in
      json.member("id", shown.meeting.id.text)
      if let title = shown.meeting.title { json.member("title", title) }
      json.object("host") { $0.member("display_name", shown.host?.displayName.text ?? "") }
      if let time = shown.meeting.opensAt { json.member("opens_at", time) }
      if let time = shown.meeting.closesAt { json.member("closes_at", time) }
    }
  }

  mutating func meeting(_ meeting: Meeting, host: Account?) {
    object { json in
      json.member("id", meeting.id.text)
      if let external = meeting.external { json.member("external", external) }
      json.member("kind", meeting.kind.rawValue)
      if let title = meeting.title { json.member("title", title) }
      json.object("host") { json in
        json.member("id", meeting.host.text)
        json.member("display_name", host?.displayName.text ?? "")
      }
      json.array("cohosts", meeting.cohosts) { json, id in json.object { $0.member("id", id.text) } }
      json.member("profile", meeting.profile)
      json.object("policy") { json in
        for setting in PolicySetting.allCases { json.policy(setting, meeting.policy) }
      }
      json.object("provenance") { json in
        for setting in PolicySetting.allCases {
          if let level = meeting.provenance[setting] { json.member(setting.rawValue, level.rawValue) }
        }
      }
      if let time = meeting.opensAt { json.member("opens_at", time) }
      if let time = meeting.closesAt { json.member("closes_at", time) }
      json.member("state", meeting.state.rawValue)
      json.member("locked", meeting.locked)
      json.member("occurrence", meeting.occurrence)
      json.member("epoch", meeting.epoch)
      json.object("passcode") { json in
        if let kind = meeting.passcodeKind { json.member("kind", kind.rawValue) } else { json.null("kind") }
        json.member("failures", meeting.passcodeFailures)
        json.member("must_rotate", meeting.passcodeKind != nil && meeting.passcodeMustRotate)
      }
      json.object("counts") { json in
        json.member("waiting", meeting.tally.waiting)
        json.member("admitted", meeting.tally.admitted + meeting.tally.hostsAdmitted)
        json.member("present", meeting.tally.present + meeting.tally.hostsPresent)
      }
    }
  }

  private mutating func policy(_ setting: PolicySetting, _ policy: MeetingPolicy) {
    policyValue(setting.rawValue, policy.value(of: setting))
  }

  /// A join as its joiner, its front end and its host see it.
  mutating func join(_ own: Join, epoch: Epoch) { join(own, epoch: epoch, forHost: false, isAway: false) }

  /// As its hosts see it.
  mutating func join(_ hosted: HostedJoin) {
    join(hosted.join, epoch: hosted.epoch, forHost: true, isAway: hosted.isAway)
  }

  private mutating func join(_ join: Join, epoch: Epoch, forHost: Bool, isAway: Bool) {
    object { json in
      json.member("id", join.id.text)
      json.member("state", join.state.rawValue)
      json.member("role", join.role.rawValue)
      json.member("display_name", join.displayName.text)
      json.object("identity") { json in
        json.member("class", join.joinerClass.rawValue)
        if let account = join.account { json.member("account", account.text) }
        if let invite = join.invite { json.member("invite", invite.text) }
      }
      json.member("verified", join.verified)
      json.publish(join.publish)
      // Who is outside learns nothing of the meeting; a lock or a removal would show in its epoch.
      if forHost || join.mayHaveGrant { json.member("epoch", epoch) }
      json.object("client") { $0.member("kind", join.clientKind.rawValue) }
      json.member("created_at", join.createdAt)
      if let deadline = join.deadline { json.member("expires_at", deadline) }
      if let reason = join.waitingFor, let since = join.waitingSince {
        json.object("waiting") { json in
          json.member("for", reason.rawValue)
          json.member("since", since)
          if let message = join.message { json.member("message", message) }
        }
        if forHost { json.member("waiting_since", since) }
      } else if let message = join.message, !forHost {
        json.member("message", message)
      }
      if forHost {
        json.member("away", join.mayRejoin || isAway)
        json.member("unproven", join.unproven)
        json.member("denials", join.denials)
        if let other = join.confusableWith { json.member("confusable_with", other) }
      }
    }
  }

  private mutating func publish(_ publish: Publish) {
    object("publish") { json in
      json.member("audio", publish.audio)
      json.member("video", publish.video)
      json.member("screen", publish.screen)
    }
  }

  /// A token that is given out this once.
  mutating func token(_ name: String, _ token: borrowing BearerToken) {
    token.text.withBytes { member(name, utf8: $0) }
  }
}

extension Reply {
  static func json(_ status: Int, etag: Int64? = nil, _ write: (inout JSONText) -> Void) -> Reply {
    Reply(status: status, headers: etag.map { [("ETag", "\"v\($0)\"")] } ?? [], body: JSONText.object(write))
  }

  /// `{"items":[…],"next_cursor":…}`
  static func page<Item: Sendable>(_ page: Page<Item>, _ write: (inout JSONText, Item) -> Void) -> Reply {
    json(200) { json in
      json.array("items", page.items, write)
      if let next = page.next { json.member("next_cursor", String(next)) } else { json.null("next_cursor") }
    }
  }

  static func meeting(_ shown: ShownMeeting) -> Reply {
    // How often it changed is not an invitee's to see.
    json(200, etag: shown.isForInvitee ? nil : shown.meeting.version) { json in
      json.key("meeting")
      json.meeting(shown)
    }
  }

  static func account(_ account: Account) -> Reply {
    json(200, etag: account.version) { json in
      json.key("account")
      json.account(account)
    }
  }
}

extension JSONText {
  /// A grant, and how to reach the TURN servers, beside a join that may have both.
  mutating func given(_ grant: GivenGrant) {
    member("grant", grant.token)
    guard let turn = grant.turn else { return }
    object("turn") { json in
      json.array("uris", turn.uris) { $0.value($1) }
      json.member("username", turn.username)
      json.member("credential", turn.credential)
      json.member("expires_at", turn.expiresAt)
    }
  }
}
