package import AnteroomCore
package import SecretMemory

package enum RotationResult: Sendable {
  /// The passcode in the clear, this once.
  case rotated(String)
  case tooWeak
  /// The policy has no passcode, or the meeting is over.
  case impossible
}

extension HostControlService {
  /// Gives a meeting another passcode: what was tried against the old one is forgotten, and so is the mark
  /// that somebody barred knew it. Who waits on the old one is marked; invites and accounts are untouched.
  package func rotatePasscode(
    of id: MeetingID, kind: PasscodeKind?, value: consuming SecretBytes?, ifVersion: ExpectedVersion, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<RotationResult> {
    // A title makes a poor passcode, so it is read before anything is chosen.
    let seen = try await ports.store.read { snapshot throws(StorageFault) in
      try snapshot.authority(over: id, to: .steer, caller: caller).meeting
    }
    let made: Passcodes.Made?
    let isChosen: Bool
    if let value {
      isChosen = true
      made = ports.passcodes.choose(value, kind: kind ?? .characters, for: id, title: seen?.title)
    } else {
      isChosen = false
      made = ports.passcodes.generate(kind ?? seen?.passcodeKind ?? .characters, for: id)
    }
    let passcode = made
    return try await ports.store.write { tx throws(StorageFault) -> HostAnswer<RotationResult> in
      // Whose admission has lapsed waits on the old passcode as well, and is marked with the others.
      try tx.endDueJoins()
      let authority = try tx.authority(over: id, to: .steer, caller: caller)
      guard var meeting = authority.meeting, let actor = authority.actor else {
        return try refuse(authority, act: "passcode", on: id, caller: caller, in: tx)
      }
      if authority.isTicket { return .sessionRequired }
      if !ifVersion.allows(meeting.version) { return .stale }
      guard meeting.state != .ended, meeting.policy.passcode != .off else { return .done(.impossible) }
      guard let passcode else { return .done(.tooWeak) }
      // What people choose is weaker than anything that is drawn; and nobody knows any more how the last one was made.
      let isWeaker = isChosen || meeting.passcodeKind.map(passcode.kind.isWeaker) ?? false
      if isWeaker, try !tx.hasSteppedUp(caller, in: meeting) { return .reauthenticationRequired }
      meeting.adopt(passcode)
      meeting.version += 1
      try tx.updatePasscode(of: meeting)
      try tx.raiseEpoch(of: &meeting, by: actor)
      try tx.markWaiting(in: &meeting, membersToo: meeting.policy.passcode == .everyone)
      try tx.announce(
        .meetingPasscodeRotated, meeting, audited: .passcodeRotated, Cause(actor, caller.request),
        detail: [("kind", passcode.kind.rawValue), ("epoch", String(meeting.epoch))])
      return .done(.rotated(passcode.text))
    }
  }
}

extension Transaction {
  /// Marks who waits on a passcode that is not believed any more: nobody lets them in unseen.
  func markWaiting(in meeting: inout Meeting, membersToo: Bool) throws(StorageFault) {
    try each(.waiting, in: &meeting) { join, _ throws(StorageFault) in
      guard !join.unproven, !join.joinerClass.isHosting, join.joinerClass == .guest || membersToo else { return }
      join.unproven = true
      try update(join)
    }
  }
}

extension Meeting {
  /// What was tried against the last passcode is forgotten with it, and so is that somebody barred knew it.
  mutating func adopt(_ passcode: Passcodes.Made) {
    passcodeKind = passcode.kind
    passcodeDigest = passcode.digest
    passcodeFailures = 0
    passcodeIsSuspect = false
  }

  mutating func dropPasscode() {
    passcodeKind = nil
    passcodeDigest = nil
    passcodeFailures = 0
  }
}
