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

/// What a gate says, with the policy setting that says so; without one where no setting decides it.
package enum GateVerdict: Hashable, Sendable {
  case pass
  case wait(WaitingFor, by: PolicySetting? = nil)
  case refuse(RefusalReason, by: PolicySetting? = nil)

  package var setting: PolicySetting? {
    switch self {
    case .pass: nil
    case .wait(_, let setting), .refuse(_, let setting): setting
    }
  }
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

  package init(gate: GateName, verdict: GateVerdict) {
    self.gate = gate
    self.verdict = verdict
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

  /// The same, where there is no place to wait: the trace ends with the gate that would have it wait.
  package var withoutPlaceToWait: AdmissionVerdict {
    let upTo = trace.lastIndex { if case .wait = $0.verdict { true } else { false } } ?? trace.endIndex
    var full = Array(trace[..<upTo])
    if trace.indices.contains(upTo) {
      full.append(
        TraceEntry(gate: trace[upTo].gate, verdict: .refuse(.waitingRoomFull, by: trace[upTo].verdict.setting)))
    }
    return AdmissionVerdict(decision: .refuse(.waitingRoomFull), proof: proof, trace: full, required: [])
  }
}
