package import AnteroomCore

/// What a join that may be in is given: a token for its audience, and how to reach the TURN servers.
package struct GivenGrant: Sendable {
  package let token: String
  package let turn: TurnCredential?
}

/// Makes grants for joins that may have one now. Nothing is stored: a grant says which epoch it is of,
/// and the store knows whether that still holds.
package struct GrantMaker: Sendable {
  let signing: any GrantSigning
  let turn: any TurnSigning
  let digests: any Digests
  let randomness: any Randomness
  let issuer: String

  package init(
    signing: any GrantSigning, turn: any TurnSigning, digests: any Digests, randomness: any Randomness, issuer: String
  ) {
    self.signing = signing
    self.turn = turn
    self.digests = digests
    self.randomness = randomness
    self.issuer = issuer
  }

  /// Nil unless the join is admitted, present, or was dropped and may come back, in the meeting's running occurrence.
  package func grant(for join: Join, in meeting: Meeting, session: Session?, at now: Instant) -> GivenGrant? {
    guard join.mayHaveGrant, meeting.state != .ended,
      join.occurrence == meeting.occurrence
    else { return nil }
    // Whole seconds: what the token carries, so that introspection agrees with it.
    let issued = Instant(seconds: now.seconds)
    let longest = issued.adding(seconds: meeting.policy.grantSeconds)
    // Not beyond the seat: it goes to somebody else then, and an offline verifier would let both in.
    let expires = join.state == .present ? longest : min(longest, join.deadline ?? longest)
    let token = signing.sign(
      GrantClaims(
        issuer: issuer, audience: join.audience, join: join.id,
        id: Base32.text(randomness.bytes(17), characters: 26), issuedAt: issued,
        expiresAt: Instant(seconds: expires.seconds), room: room(of: meeting, through: join.frontEnd),
        meeting: meeting.id, role: join.role, name: join.displayName.text, verified: join.verified,
        publish: join.publish, epoch: meeting.epoch, occurrence: join.occurrence,
        person: (join.account?.text ?? join.invite?.text).map { person($0, meeting.id, join.audience) },
        authenticatedAt: session?.authenticatedAt,
        methods: session?.amr ?? []), at: now)
    return token.map { GivenGrant(token: $0, turn: turn.credential(for: join.id, at: now)) }
  }

  /// The foreign name is known to the front end that gave it alone; to any other it may be another room's.
  private func room(of meeting: Meeting, through frontEnd: String) -> String {
    meeting.frontEnd == frontEnd ? meeting.external ?? meeting.id.text : meeting.id.text
  }

  /// The same account, or whoever comes by the same invite, is the same person within a meeting and audience, and
  /// nobody elsewhere.
  private func person(_ id: String, _ meeting: MeetingID, _ audience: String) -> String {
    let digest = digests.keyed(
      .username, context: "person \(meeting.text) \(audience)", Array(id.utf8).span)
    return Base32.text(digest.bytes, characters: 26)
  }
}
