import AnteroomCore
import Testing

@Suite struct HostAbsenceTests {
  @Test(arguments: [
    ("continue", HostAbsence.continue), ("lock_after:0", .lockAfter(seconds: 0)),
    ("lock_after:300", .lockAfter(seconds: 300)), ("end_after:86400", .endAfter(seconds: 86_400)),
  ])
  func `what becomes of a meeting without hosts is read and written alike`(text: String, absence: HostAbsence) {
    #expect(HostAbsence(text) == absence)
    #expect(absence.text == text)
  }

  @Test(arguments: [
    "", "continue:5", "lock_after", "lock_after:", "lock_after:-1", "lock_after:+5", "lock_after:05", "lock_after: 5",
    "end_after:86401", "end_after:999999", "lock_after:5:5", "LOCK_AFTER:5", "lock_after:\u{0665}", "end",
  ])
  func `anything else is none`(text: String) {
    #expect(HostAbsence(text) == nil)
  }
}
