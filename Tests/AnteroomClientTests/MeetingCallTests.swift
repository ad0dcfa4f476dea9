import AnteroomClient
import Testing

@Suite struct MeetingCallTests {
  @Test(arguments: [
    (Call.admitWaiting(to: "m"), "/v1/meetings/m/admit-waiting", ""),
    (.sendBack("join_1", of: "m"), "/v1/meetings/m/joins/join_1/send-back", ""),
    (.act(.suspend, on: "m"), "/v1/meetings/m/suspend", ""),
    (.message("a \"b\"", to: nil, in: "m"), "/v1/meetings/m/message", #"{"text":"a \"b\""}"#),
    (.message("a", to: "join_1", in: "m"), "/v1/meetings/m/joins/join_1/message", #"{"text":"a"}"#),
    (
      .shutOut("join_1", of: "m", by: .remove, reason: "r", message: nil, ban: true),
      "/v1/meetings/m/joins/join_1/remove", #"{"reason":"r","ban":true}"#
    ),
    (
      .shutOut("join_1", of: "m", by: .deny, reason: nil, message: "t", ban: false),
      "/v1/meetings/m/joins/join_1/deny", #"{"message":"t","ban":false}"#
    ),
  ])
  func `a host's act is sent where it belongs, with what was said and nothing else`(
    call: Call, target: String, body: String
  ) throws {
    let text = String(decoding: try call.bytes(), as: UTF8.self)
    #expect(text.hasPrefix("POST \(target) HTTP/1.1\r\n"))
    #expect(text.hasSuffix("\r\n\r\n" + body))
  }
}
