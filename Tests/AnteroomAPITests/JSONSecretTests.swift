import Testing

@testable import AnteroomAPI

@Suite struct JSONSecretTests {
  private static let secrets: Set<String> = ["password", "code"]

  @Test(arguments: [
    (#"{"password":"abc"}"#, "abc"), (#"{"password":""}"#, ""), (#"{"password":"\u0061\ud83d\ude00\n"}"#, "a😀\n"),
    (#"{"p\u0061ssword":"abc"}"#, "abc"), (#"{ "password" : "a\"b" }"#, "a\"b"),
  ])
  func `a secret member's string becomes a secret, with the same bytes`(text: String, secret: String) {
    #expect(read(text, secrets: Self.secrets) == .success(.object(["password": .secret(Array(secret.utf8))])))
  }

  @Test(arguments: [
    (#"{"a":{"code":"x"}}"#, Seen.object(["a": .object(["code": .secret([0x78])])])),
    (#"[{"code":"x"}]"#, .array([.object(["code": .secret([0x78])])])),
    (#"{"code":1}"#, .object(["code": .integer(1)])), (#"{"code":null}"#, .object(["code": .null])),
    (#"{"Code":"x","codes":"x","cod":"x"}"#, .object(["Code": .text("x"), "codes": .text("x"), "cod": .text("x")])),
    (#"{"a":"code"}"#, .object(["a": .text("code")])),
  ])
  func `a member is secret by its name, at every depth`(text: String, expected: Seen) {
    #expect(read(text, secrets: Self.secrets) == .success(expected))
  }

  /// No operation takes these; but the text would have been a `String` by the time that one refuses them.
  @Test(arguments: [
    (#"{"code":["x"]}"#, Seen.object(["code": .array([.secret([0x78])])])),
    (#"{"code":[["x"],1]}"#, .object(["code": .array([.array([.secret([0x78])]), .integer(1)])])),
    (#"{"code":{"a":"x"}}"#, .object(["code": .object(["a": .secret([0x78])])])),
    (#"{"code":{"a":["x"]},"a":"y"}"#, .object(["code": .object(["a": .array([.secret([0x78])])]), "a": .text("y")])),
  ])
  func `whatever stands below a secret's name is secret`(text: String, expected: Seen) {
    #expect(read(text, secrets: Self.secrets) == .success(expected))
  }

  @Test func `a flaw says where and never what`() {
    guard case .failure(let flaw) = read(#"{"password":"hunter2" "#, secrets: Self.secrets) else {
      return #expect(Bool(false), "read")
    }
    #expect(!"\(flaw)".contains("hunter2"))
    #expect(flaw.offset == 22)
  }
}
