/// Why a join is refused. What an outsider is told of it is the API's to merge.
package enum RefusalReason: Hashable, Sendable {
  case tooManyAttempts(until: Instant)
  case noSuchMeeting
  case ended
  /// Removed or banned from this occurrence.
  case barred
  case nothingShown
  case wrongProof
  /// The passcode is right, but the meeting is open to members or invitees only.
  case signInRequired
  case inviteRequired
  case locked
  case full
  case waitingRoomFull
}

package enum GateVerdict: Hashable, Sendable {
  case pass
  case wait(WaitingFor)
  case refuse(RefusalReason)
}

package enum GateName: String, Sendable, CaseIterable {
  case throttle, exists, ended, ban, proof, lock, capacity
  case waitingRoom = "waiting_room"
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

/// One ordered check of a join: a pure question to the facts.
package struct Gate: Sendable {
  package let name: GateName
  package let setting: PolicySetting?
  package let judge: @Sendable (AdmissionFacts) -> GateVerdict

  /// All of them, in the order of the trace.
  package static let all: [Gate] = [
    Gate(name: .throttle, setting: nil) { facts in
      // Who shows no secret that could be guessed here is not shut out by what strangers tried.
      if facts.proof == .account || facts.proof == .notNeeded { return .pass }
      if case .spent(let until) = facts.throttle { return .refuse(.tooManyAttempts(until: until)) }
      return .pass
    },
    Gate(name: .exists, setting: nil) { $0.meeting == nil ? .refuse(.noSuchMeeting) : .pass },
    Gate(name: .ended, setting: nil) { $0.meeting?.state == .ended ? .refuse(.ended) : .pass },
    Gate(name: .ban, setting: .removedMayReturn) { facts in
      if facts.isBarred && facts.joinerClass != .host { return .refuse(.barred) }
      if facts.joinerClass.isHosting { return .pass }
      // Who was sent back does not come in by knocking anew; and under a new name, without the ticket, nobody
      // can tell who it is, so a host looks.
      return facts.wasTurnedBack || facts.isSuspect ? .wait(.admission) : .pass
    },
    Gate(name: .proof, setting: .passcode, judge: judgeProof),
    Gate(name: .lock, setting: .whenLocked) { facts in
      guard let meeting = facts.meeting, meeting.locked, !facts.joinerClass.isHosting else { return .pass }
      switch meeting.policy.whenLocked {
      case .wait: return .wait(.admission)
      case .refuse: return .refuse(.locked)
      }
    },
    Gate(name: .capacity, setting: .capacity) { facts in
      guard let meeting = facts.meeting, !facts.joinerClass.isHosting else { return .pass }
      guard meeting.tally.seatsTaken >= meeting.policy.capacity else { return .pass }
      return meeting.policy.waitingRoom == .off ? .refuse(.full) : .wait(.seat)
    },
    Gate(name: .waitingRoom, setting: .waitingRoom, judge: judgeWaitingRoom),
  ]

  private static func judgeProof(_ facts: AdmissionFacts) -> GateVerdict {
    switch facts.proof {
    case .nothingShown: return .refuse(.nothingShown)
    case .wrong: return .refuse(.wrongProof)
    case .unproven: return .wait(.admission)
    case .account, .notNeeded: return .pass
    case .passcode:
      // A right passcode on a meeting that is not open to the joiner is proof enough to be told why.
      guard let meeting = facts.meeting else { return .refuse(.wrongProof) }
      switch (meeting.policy.openTo, facts.joinerClass) {
      case (.link, _), (_, .host), (_, .cohost), (_, .invitee), (.members, .member): return .pass
      case (.members, .guest): return .refuse(.signInRequired)
      case (.invited, .member), (.invited, .guest): return .refuse(.inviteRequired)
      }
    }
  }

  private static func judgeWaitingRoom(_ facts: AdmissionFacts) -> GateVerdict {
    guard let meeting = facts.meeting, !facts.joinerClass.isHosting else { return .pass }
    let waits =
      switch (meeting.policy.waitingRoom, facts.joinerClass) {
      case (.off, _), (.guests, .member), (.guests, .invitee), (.uninvited, .invitee): false
      case (.everyone, _), (.guests, _), (.uninvited, _): true
      }
    if waits { return .wait(.admission) }
    if meeting.policy.beforeHost == .wait && meeting.tally.hostsPresent == 0 { return .wait(.host) }
    return .pass
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
}

package enum AdmissionPolicy {
  /// Asks every gate until one refuses; a wait is remembered, and the one that a host can end by name
  /// is the one that is told.
  package static func decide(_ facts: AdmissionFacts) -> AdmissionVerdict {
    var trace: [TraceEntry] = []
    trace.reserveCapacity(Gate.all.count)
    var waits: [WaitingFor] = []
    func verdict(_ decision: AdmissionDecision) -> AdmissionVerdict {
      AdmissionVerdict(decision: decision, proof: facts.proof, trace: trace)
    }
    for gate in Gate.all {
      let answer = gate.judge(facts)
      trace.append(TraceEntry(gate: gate.name, verdict: answer, setting: answer == .pass ? nil : gate.setting))
      switch answer {
      case .pass: continue
      case .wait(let reason): waits.append(reason)
      case .refuse(let reason): return verdict(.refuse(reason))
      }
    }
    guard !waits.isEmpty else { return verdict(.admit(facts.joinerClass.role)) }
    if let meeting = facts.meeting, meeting.tally.waiting >= facts.waitingCeiling {
      return verdict(.refuse(.waitingRoomFull))
    }
    let told = [WaitingFor.opening, .admission, .host, .seat].first { waits.contains($0) }
    return verdict(.wait(told ?? .admission))
  }
}
