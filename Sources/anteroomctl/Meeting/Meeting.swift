import ArgumentParser

struct Meeting: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Meetings and who gets into them.",
    discussion: "An operator may create, list and show; to admit, deny, lock, unlock and end takes a host's login.",
    subcommands: [
      MeetingCreate.self, MeetingList.self, MeetingShow.self, MeetingWaiting.self, MeetingAdmit.self,
      MeetingDeny.self, MeetingLock.self, MeetingUnlock.self, MeetingEnd.self,
    ])
}
