package enum AdmissionPolicy {
  /// Asks every gate until one refuses; a wait is remembered, and the one that a host can end by name
  /// is the one that is told.
  package static func decide(_ facts: AdmissionFacts) -> AdmissionVerdict {
    var trace: [TraceEntry] = []
    trace.reserveCapacity(Gate.all.count)
    var waits: [WaitingFor] = []
    let proof = facts.proof
    func verdict(_ decision: AdmissionDecision, required: [RefusalReason] = []) -> AdmissionVerdict {
      AdmissionVerdict(decision: decision, proof: proof, trace: trace, required: required)
    }
    for gate in Gate.all {
      let answer = gate.judge(facts)
      trace.append(TraceEntry(gate: gate.name, verdict: answer))
      switch answer {
      case .pass: continue
      case .wait(let reason, _): waits.append(reason)
      case .refuse(let reason, _): return verdict(.refuse(reason), required: proof.stands ? missing(facts) : [])
      }
    }
    guard let told = told(waits) else { return verdict(.admit(facts.role)) }
    if let meeting = facts.meeting, meeting.tally.waiting >= facts.waitingCeiling {
      return verdict(.wait(told)).withoutPlaceToWait
    }
    return verdict(.wait(told))
  }

  /// Why a join that stands may not go on: asked again at admission, at each grant and at redemption.
  package static func objection(to facts: AdmissionFacts) -> RefusalReason? {
    for gate in Gate.all {
      if case .refuse(let reason, _) = gate.judge(facts) { return reason }
    }
    return nil
  }

  /// What a join that waits still waits for; nil where nothing keeps it out any more.
  package static func remainingWait(_ facts: AdmissionFacts) -> WaitingFor? {
    told(
      Gate.all.compactMap { gate in
        if case .wait(let reason, _) = gate.judge(facts) { reason } else { nil }
      })
  }

  /// Everything that the joiner could bring, at once: nobody is sent for one thing after the other.
  private static func missing(_ facts: AdmissionFacts) -> [RefusalReason] {
    var missing: [RefusalReason] = []
    for gate in Gate.all {
      if case .refuse(let reason, _) = gate.judge(facts), reason.isMissing, !missing.contains(reason) {
        missing.append(reason)
      }
    }
    return missing
  }

  private static func told(_ waits: [WaitingFor]) -> WaitingFor? {
    [WaitingFor.opening, .admission, .host, .seat].first { waits.contains($0) }
  }
}

extension AdmissionFacts {
  /// What whoever it is comes in as.
  package var role: JoinRole {
    if joinerClass.isHosting { return joinerClass.role }
    return standing?.role ?? invite.invite?.role ?? .participant
  }
}
