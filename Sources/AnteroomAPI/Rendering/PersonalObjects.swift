import AnteroomCore
import AnteroomServices

// What is held about a person, as they are given it. A secret is described and not disclosed.

extension JSONText {
  mutating func personalData(_ data: PersonalData) {
    member("exported_at", data.at)
    key("account")
    account(data.account)
    credentials(data)
    array("sessions", data.sessions) { $0.session($1, of: data.account) }
    array("known_devices", data.devices) { json, device in
      json.object { json in
        json.member("failures", device.failures)
        json.member("expires_at", device.expiresAt)
      }
    }
    array("identities", data.identities) { json, identity in
      json.object { json in
        json.member("issuer", identity.issuer)
        json.member("created_at", identity.createdAt)
      }
    }
    array("delegates", data.delegates) { json, delegate in
      json.object { json in
        json.member("frontend", delegate.frontEnd)
        json.member("created_at", delegate.createdAt)
      }
    }
    array("notifications", data.notifications) { $0.notification($1) }
    array("meetings_hosted", data.hosted) { $0.hostedMeeting($1) }
    array("meetings_cohosted", data.cohosted) { json, meeting in json.object { $0.member("id", meeting.id.text) } }
    array("invites", data.invites) { $0.ownInvite($1) }
    array("joins", data.joins) { $0.ownJoin($1.join, $1.consents) }
    array("stays", data.stays) { $0.ownStay($1) }
    array("bans", data.bans) { $0.ownBan($1) }
    array("budgets", data.budgets) { json, budget in
      json.object { json in
        json.member("kind", budget.kind)
        json.member("failures", budget.failures)
        json.member("last_failure", budget.lastFailure)
      }
    }
    array("audit", data.audit) { $0.auditRecord($1) }
    array("cut", data.cut) { $0.value($1) }
  }

  private mutating func credentials(_ data: PersonalData) {
    object("credentials") { json in
      json.member("password", data.hasPassword ? "set; kept as an Argon2id hash" : "none")
      json.array("authenticators", data.authenticators) { json, authenticator in
        json.object { json in
          json.member("kind", "totp")
          json.member("confirmed", authenticator.confirmed)
          json.member("disabled", authenticator.state.disabled)
          json.member("failures", authenticator.state.failures)
          json.member("secret", "kept sealed")
        }
      }
      json.member("recovery_codes_left", data.recoveryCodes)
      json.member("recovery_failures", data.recoveryFailures)
      if let time = data.setupCodeExpiresAt { json.member("setup_code_expires_at", time) }
    }
  }

  private mutating func hostedMeeting(_ meeting: Meeting) {
    object { json in
      json.member("id", meeting.id.text)
      if let external = meeting.external { json.member("external", external) }
      json.member("kind", meeting.kind.rawValue)
      if let title = meeting.title { json.member("title", title) }
      json.member("profile", meeting.profile)
      json.member("state", meeting.state.rawValue)
      json.member("created_at", meeting.createdAt)
      if let time = meeting.opensAt { json.member("opens_at", time) }
      if let time = meeting.closesAt { json.member("closes_at", time) }
    }
  }

  private mutating func ownInvite(_ invite: Invite) {
    object { json in
      json.member("id", invite.id.text)
      json.member("meeting", invite.meeting.text)
      json.member("role", invite.role.rawValue)
      if let label = invite.label { json.member("label", label) }
      if let name = invite.displayName { json.member("display_name", name.text) }
      json.member("used", invite.used)
      json.member("created_at", invite.createdAt)
      if let time = invite.expiresAt { json.member("expires_at", time) }
    }
  }

  private mutating func ownJoin(_ join: Join, _ consents: [Consent]) {
    object { json in
      json.member("id", join.id.text)
      json.member("meeting", join.meeting.text)
      json.member("occurrence", join.occurrence)
      json.member("frontend", join.frontEnd)
      json.member("state", join.state.rawValue)
      json.member("role", join.role.rawValue)
      json.member("class", join.joinerClass.rawValue)
      json.member("display_name", join.displayName.text)
      json.member("client", join.clientKind.rawValue)
      json.member("created_at", join.createdAt)
      json.member("denials", join.denials)
      if let message = join.message { json.member("message", message) }
      if consents.isEmpty { return }
      json.array("consents", consents) { json, consent in
        json.object { json in
          json.member("notice", consent.notice)
          json.member("version", consent.version)
          json.member("text", consent.textDigest.hex)
          json.member("agreed", consent.agreed)
          json.member("time", consent.time)
          if let time = consent.withdrawnAt { json.member("withdrawn_at", time) }
        }
      }
    }
  }

  private mutating func ownStay(_ stay: Stay) {
    object { json in
      json.member("join", stay.join.text)
      if let name = stay.displayName { json.member("display_name", name) }
      json.member("entered_at", stay.enteredAt)
      if let time = stay.leftAt { json.member("left_at", time) }
    }
  }

  /// With what the host wrote: it is about this person.
  private mutating func ownBan(_ ban: Ban) {
    object { json in
      json.member("id", ban.id.text)
      json.member("meeting", ban.meeting.text)
      if let reason = ban.reason { json.member("reason", reason) }
      json.member("created_at", ban.createdAt)
      if let time = ban.expiresAt { json.member("expires_at", time) }
    }
  }
}
