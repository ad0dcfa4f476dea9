import AnteroomCore
import Testing

@Suite struct LinkTemplateTests {
  private static let meeting = MeetingID(known: "kq3vm-8tzpa-w2hfd")

  struct Row: CustomTestStringConvertible, Sendable {
    let template: String
    let invite: String?
    let passcode: String?
    let url: String

    init(_ template: String, _ url: String) { self.init(template, nil, nil, url) }
    init(_ template: String, _ invite: String, _ url: String) { self.init(template, invite, nil, url) }
    init(_ template: String, _ invite: String?, _ passcode: String?, _ url: String) {
      self.template = template
      self.invite = invite
      self.passcode = passcode
      self.url = url
    }

    var testDescription: String { "\(template) with \(invite ?? "no invite"), \(passcode ?? "no passcode")" }
  }

  @Test(arguments: [
    Row("https://m.example/{meeting}", "https://m.example/kq3vm-8tzpa-w2hfd"),
    Row("https://{meeting}.m.example/", "https://kq3vm-8tzpa-w2hfd.m.example/"),
    Row("https://m.example/{meeting}", "7abc", "https://m.example/kq3vm-8tzpa-w2hfd#invite=7abc"),
    Row("https://m.example/?m={meeting}&v=2", "7abc", "https://m.example/?m=kq3vm-8tzpa-w2hfd&v=2#invite=7abc"),
    Row("https://m.example/#room={meeting}", "7abc", "https://m.example/#room=kq3vm-8tzpa-w2hfd&invite=7abc"),
    Row("https://m.example/{meeting}?i={invite}", "7abc", "https://m.example/kq3vm-8tzpa-w2hfd?i=7abc"),
    Row("https://m.example/{meeting}#{invite}", "7abc", "https://m.example/kq3vm-8tzpa-w2hfd#7abc"),
  ])
  func `an invite's code goes where the template has a place, and behind the hash where it has none`(row: Row) throws {
    #expect(try LinkTemplate(parsing: row.template).url(to: Self.meeting, invite: row.invite) == row.url)
  }

  @Test(arguments: [
    Row("https://m.example/{meeting}", nil, "a b", "https://m.example/kq3vm-8tzpa-w2hfd"),
    Row("https://m.example/{meeting}#p={passcode}", nil, "a b", "https://m.example/kq3vm-8tzpa-w2hfd#p=a%20b"),
    Row(
      "https://m.example/{meeting}#p={passcode}&i={invite}", "7a", "é{meeting}&#%",
      "https://m.example/kq3vm-8tzpa-w2hfd#p=%C3%A9%7Bmeeting%7D%26%23%25&i=7a"),
  ])
  func `a passcode is in a link only where the template asks for it, and says nothing but itself there`(row: Row) throws
  {
    let template = try LinkTemplate(parsing: row.template)
    #expect(template.url(to: Self.meeting, invite: row.invite, passcode: row.passcode) == row.url)
  }

  @Test(arguments: [
    Row("https://m.example/{meeting}?i={invite}", "https://m.example/kq3vm-8tzpa-w2hfd"),
    Row("https://m.example/?i={invite}&m={meeting}#p={passcode}", "https://m.example/?m=kq3vm-8tzpa-w2hfd"),
    Row("https://m.example/{meeting}#a=1&p={passcode}", "7a", "https://m.example/kq3vm-8tzpa-w2hfd#a=1&invite=7a"),
    Row("https://m.example/{meeting}/{invite}", "https://m.example/kq3vm-8tzpa-w2hfd/"),
  ])
  func `what a link has nothing to say of goes with its parameter`(row: Row) throws {
    #expect(try LinkTemplate(parsing: row.template).url(to: Self.meeting, invite: row.invite) == row.url)
  }

  @Test(arguments: [
    ("https://m.example/", LinkTemplate.Flaw.leadsNowhere), ("m.example/{meeting}", .leadsNowhere),
    ("javascript:{meeting}", .leadsNowhere), ("https://m.example/ {meeting}", .leadsNowhere),
    ("https://m.example/{meeting}\n", .leadsNowhere), ("https://m.example/{Meeting}", .leadsNowhere),
    ("https://m.example/{meeting}/{room}", .unknownPlace), ("https://m.example/{meeting}/{", .unknownPlace),
    ("https://m.example/{meeting}{mee{invite}ting}", .unknownPlace),
    ("https://{invite}.m.example/{meeting}", .exposedSecret),
    ("https://{passcode}@m.example?{meeting}", .exposedSecret),
    ("http://m.example/{meeting}?i={invite}", .exposedSecret),
    ("http://m.example/{meeting}/{passcode}", .exposedSecret),
  ])
  func `a template that leads nowhere or shows a secret to others is none`(text: String, flaw: LinkTemplate.Flaw) {
    #expect(throws: flaw) { try LinkTemplate(parsing: text) }
  }
}
