import ArgumentParser

struct Meeting: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Meetings and who gets into them.",
    discussion: "An operator may create, list and show; all else is a host's act and takes a host's login.",
    subcommands: [
      MeetingCreate.self, MeetingList.self, MeetingShow.self, MeetingWatch.self, MeetingWaiting.self, MeetingAdmit.self,
      MeetingDeny.self, MeetingRemove.self, MeetingSendBack.self, MeetingMessage.self, MeetingLock.self,
      MeetingUnlock.self, MeetingSuspend.self, MeetingEnd.self,
    ])
}
