import AnteroomClient
import Testing

@Suite struct FactorCallTests {
  private static let secret = WipedBytes("violet \"harbour\"")
  private static let code = WipedBytes("123456")
  private static let bearer = WipedBytes("ars_x")

  @Test(arguments: [
    (
      Call.removeTOTP(password: secret, code: code, bearer: bearer), "DELETE /v1/accounts/me/totp",
      #"{"password":"violet \"harbour\"","code":"123456"}"#
    ),
    (
      .replaceRecoveryCodes(password: secret, code: code, bearer: bearer), "POST /v1/accounts/me/recovery-codes",
      #"{"password":"violet \"harbour\"","code":"123456"}"#
    ),
    (.resetTOTP(account: "acct_1"), "DELETE /v1/accounts/acct_1/totp", ""),
    (.sessions(of: "me", limit: 3, bearer: bearer), "GET /v1/accounts/me/sessions?limit=3", ""),
    (.revokeSessions(of: "acct_1"), "DELETE /v1/accounts/acct_1/sessions", ""),
    (.revokeSession("sess_1", of: "acct_1"), "DELETE /v1/accounts/acct_1/sessions/sess_1", ""),
    (.notifications(cursor: "7", bearer: bearer), "GET /v1/accounts/me/notifications?cursor=7", ""),
    (.setVouched(true, account: "acct_1"), "PATCH /v1/accounts/acct_1", #"{"vouched":true}"#),
  ])
  func `what concerns a second factor and sessions is sent where it belongs, by whom it concerns`(
    call: Call, line: String, body: String
  ) throws {
    let text = String(decoding: try call.bytes(), as: UTF8.self)
    #expect(text.hasPrefix(line + " HTTP/1.1\r\n"))
    #expect(text.hasSuffix("\r\n\r\n" + body))
    #expect(text.contains("Authorization: Bearer ars_x\r\n") == (call.bearer != nil))
  }
}
