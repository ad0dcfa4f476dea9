import AnteroomCore
import AnteroomText
import Testing

private let profiles = PRECISProfiles()

@Suite struct ReservedNamesTests {
  private let reserved = ReservedNames(
    adding: ["teacher", "Front Desk", "\u{41B}\u{435}\u{43A}\u{442}\u{43E}\u{440}"], with: profiles)

  private func forbids(_ name: String) throws -> Bool {
    reserved.forbids(try DisplayName(parsing: name, with: profiles), with: profiles)
  }

  @Test(arguments: [
    "Host", "HOST", "The Host", "Meeting Host", "Host (Ada)", "Ada, host", "host2", "2host", "MeetingHost", "Ada_Host",
    "co-host", "Cohost", "CoHost", "h.o.s.t", "H o s t", "h0st", "H\u{F6}st", "\u{570}ost", "ho\u{455}t",
    "\u{FF28}\u{FF2F}\u{FF33}\u{FF34}", "\u{1F157}\u{1F15E}\u{1F162}\u{1F163}", "\u{29C}\u{1D0F}\u{A731}\u{1D1B}",
    "m0derator", "\u{41C}ODERATOR", "M\u{41E}DERATOR", "rnoderator", "Mod erator", "modErator", "Administrator",
    "ADMIN", "adm1n", "Adm|n", "ADMlN", "admin", "Admin1", "\u{2605} Admin \u{2605}", "IT Support", "Support-Team",
    "Operator 7", "Anteroom", "Ante Room", "\u{1D400}nteroom", "Teacher", "the t\u{435}acher", "Front Desk",
    "frontdesk", "FRONT-DESK", "\u{41B}\u{415}\u{41A}\u{422}\u{41E}\u{420}",
  ])
  func `a name that claims a standing is not allowed`(name: String) throws {
    #expect(try forbids(name))
  }

  @Test(arguments: [
    "Hostetler", "Ada Hosting", "Ghost", "Ghosh Ost", "Modern Torres", "Supporter", "Admira", "Ada", "Host\u{E9}lia",
    "Theo Stan", "Teachers", "Front", "Desk Front", "...", "\u{1F600}", "\u{674E}\u{96F7}", "Antero Oma", "7",
    "\u{5D3}\u{5D5}\u{5D3}", "\u{645}\u{62D}\u{645}\u{62F}", "Ho Chi", "Minna Ad",
  ])
  func `a name that only has the letters is allowed`(name: String) throws {
    #expect(try !forbids(name))
  }

  @Test func `what is reserved always needs no configuration, and the rest does`() throws {
    let bare = ReservedNames(with: profiles)
    for word in ReservedNames.always { #expect(bare.forbids(DisplayName(known: word), with: profiles)) }
    #expect(!bare.forbids(DisplayName(known: "Teacher"), with: profiles))
  }

  @Test func `any name is judged, and quickly`() {
    var random = Seeded(7)
    var judged = 0
    for _ in 0..<2_000 {
      guard let name = try? DisplayName(parsing: random.text(upTo: 12), with: profiles) else { continue }
      _ = reserved.forbids(name, with: profiles)
      judged += 1
    }
    #expect(judged > 100)
    let initials = DisplayName(known: String(repeating: "h ", count: 32))
    #expect(processorTime { _ = reserved.forbids(initials, with: profiles) } < .milliseconds(100))
  }
}
