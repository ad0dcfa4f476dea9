import ArgumentParser

struct Meeting: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Meetings and who gets into them.",
    discussion: """
      An operator may create, list, show, watch and simulate; all else is a host's act and takes a host's login.
      """,
    subcommands: [
      MeetingCreate.self, MeetingList.self, MeetingShow.self, MeetingEdit.self, MeetingDelete.self,
      MeetingPasscode.self, MeetingInvite.self, MeetingWatch.self, MeetingWaiting.self, MeetingAdmit.self,
      MeetingDeny.self, MeetingRemove.self, MeetingSendBack.self, MeetingMessage.self, MeetingBan.self,
      MeetingLock.self, MeetingUnlock.self, MeetingSuspend.self, MeetingOpen.self, MeetingEnd.self,
      MeetingSimulate.self, MeetingAttendance.self,
    ])
}
