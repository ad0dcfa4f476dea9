import Testing

@testable import AnteroomAPI

@Suite struct JSONDepthTests {
  private static func nested(_ depth: Int, _ open: String, _ close: String) -> String {
    String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
  }

  @Test(arguments: [("[", "]"), ("{\"a\":", "}"), (" [ ", " ] ")])
  func `sixteen levels are read and seventeen are not`(open: String, close: String) {
    #expect(flaw(Self.nested(16, open, close)) == nil)
    #expect(flaw(Self.nested(17, open, close)) == .tooDeep)
  }

  @Test(arguments: ["[", "{\"a\":", "[[{\"a\":", "[1,"])
  func `a hundred thousand levels are refused at the seventeenth`(open: String) {
    let bytes = Array(String(repeating: open, count: 100_000).utf8)
    guard case .failure(let flaw) = read(bytes) else { return #expect(Bool(false), "read") }
    #expect(flaw.kind == .tooDeep)
    #expect(flaw.offset <= 17 * open.utf8.count)
  }

  @Test func `depth counts what is open, not what was`() {
    #expect(flaw("[" + Array(repeating: "[[]]", count: 5_000).joined(separator: ",") + "]") == nil)
  }

  /// Values that stand where a level ends are no level themselves.
  @Test(arguments: ["\"a\"", "1", "null", "[]"])
  func `a value in the sixteenth level is read`(value: String) {
    let text = String(repeating: "[", count: 15) + value + String(repeating: "]", count: 15)
    #expect(flaw(text) == nil)
  }
}
