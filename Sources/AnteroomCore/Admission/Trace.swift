/// Why a join is refused. What an outsider is told of it is the API's to merge.
package enum RefusalReason: Hashable, Sendable {
  case tooManyAttempts(until: Instant)
  case noSuchMeeting
  case ended
  /// Removed or banned.
  case barred
  case nothingShown
  case wrongProof
  /// The proof is right, but the meeting is open to members or invitees only.
  case signInRequired
  case secondFactorRequired
  case inviteRequired
  case locked
  case notOpenYet
  case full
  case waitingRoomFull
  /// No telephones, or no bots.
  case clientNotAllowed
  case nameRequired
  case nameNotAllowed
  case noticeRequired

  /// Whether the joiner can bring what is missing.
  package var isMissing: Bool {
    switch self {
    case .signInRequired, .secondFactorRequired, .inviteRequired, .nameRequired, .nameNotAllowed, .noticeRequired:
      true
    case .tooManyAttempts, .noSuchMeeting, .ended, .barred, .nothingShown, .wrongProof, .locked, .notOpenYet, .full,
      .waitingRoomFull, .clientNotAllowed:
      false
    }
  }
}

package enum GateVerdict: Hashable, Sendable {
  case pass
  case wait(WaitingFor)
  case refuse(RefusalReason)
}

package enum GateName: String, Sendable, CaseIterable {
  case throttle, exists, ended, ban, proof, lock, window, capacity
  case signIn = "sign_in"
  case client, name, notices
  case waitingRoom = "waiting_room"
  case role
}

/// One line of the record of how a join was decided.
package struct TraceEntry: Hashable, Sendable {
  package let gate: GateName
  package let verdict: GateVerdict
  /// The policy setting that decided, where one did.
  package let setting: PolicySetting?

  package init(gate: GateName, verdict: GateVerdict, setting: PolicySetting?) {
    self.gate = gate
    self.verdict = verdict
    self.setting = setting
  }
}

package enum AdmissionDecision: Hashable, Sendable {
  case admit(JoinRole)
  case wait(WaitingFor)
  case refuse(RefusalReason)
}

/// A decision with how it came about.
package struct AdmissionVerdict: Hashable, Sendable {
  package let decision: AdmissionDecision
  package let proof: Proof
  package let trace: [TraceEntry]
  /// All that is still missing, where it is refused.
  package let required: [RefusalReason]

  package init(decision: AdmissionDecision, proof: Proof, trace: [TraceEntry], required: [RefusalReason]) {
    self.decision = decision
    self.proof = proof
    self.trace = trace
    self.required = required
  }
}
