import Testing

@testable import AnteroomAPI

@Suite struct JSONGrammarTests {
  @Test(arguments: [
    ("{}", Seen.object([:])), ("[]", .array([])), (" \t\r\n[ ] \n", .array([])), ("null", .null), ("true", .bool(true)),
    ("false", .bool(false)), ("\"\"", .text("")), ("0", .integer(0)), ("-0", .integer(0)), ("-1", .integer(-1)),
    ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
    ("9223372036854775808", .decimal), ("-9223372036854775809", .decimal), ("123456789012345678901234567890", .decimal),
    ("1.0", .decimal), ("1e0", .decimal), ("1E+2", .decimal), ("1e-2", .decimal), ("0.5", .decimal),
    ("-0.0e00", .decimal),
    ("1e999999", .decimal),
    ("[1,[2,{\"a\":3}]]", .array([.integer(1), .array([.integer(2), .object(["a": .integer(3)])])])),
    ("{\"a\" : 1 , \"b\" :[ true ]}", .object(["a": .integer(1), "b": .array([.bool(true)])])),
    (#""\"\\\/\b\f\n\r\t""#, .text("\"\\/\u{8}\u{C}\n\r\t")), (#""\u0041\u00e9\u20AC""#, .text("Aé€")),
    (#""\ud83d\ude00""#, .text("😀")), (#""\uD800\uDC00\uDBFF\uDFFF""#, .text("\u{10000}\u{10FFFF}")),
    (#""\uFFFF\uD7FF\uE000""#, .text("\u{FFFF}\u{D7FF}\u{E000}")), ("\"é😀\u{7F}\u{80}\"", .text("é😀\u{7F}\u{80}")),
    (#""\u0001""#, .text("\u{1}")), (#"{"":1}"#, .object(["": .integer(1)])), ("\"/\"", .text("/")),
  ])
  func `this is JSON, and this is what it says`(text: String, expected: Seen) {
    #expect(read(text) == .success(expected))
  }

  @Test(arguments: [
    "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
    "{,}",
    "{a:1}", "{'a':1}", "{1:1}", "{\"a\":1 \"b\":2}", "{\"a\"::1}", "{\"a\",1}", "{null:1}", "'a'", "\"a", "\"a\\",
    "\"",
    "\"\\\"", #""\x41""#, #""\u""#, #""\u00""#, #""\u004""#, #""\u004g""#, #""\u+041""#, #""\U0041""#, #""\ u0041""#,
    "\"\t\"", "\"\n\"", "\"\u{1}\"", "\"\u{1F}\"", "tru", "True", "TRUE", "nul", "nil", "undefined", "NaN",
    "Infinity", "-Infinity", "+1", "-", "--1", "- 1", "01", "-01", "00", "1.", ".5", "1.e1", "1e", "1e+", "1e1.", "0x1",
    "e1", "-.5", "/**/1", "//a\n1", "#1", "\u{B}1", "\u{C}1", "\u{A0}1", "\u{FEFF}1", "\u{2028}1", "[1,\u{A0}2]", "\\",
    "٣", "１", "-a", "1e٣", "[\"a\",\n\"b", "{\"a\":1", "{\"a\":1,", "{\"a", "{\"a\":", "“a”", "{\"\\ud800x\"", "[[]",
  ])
  func `this is not JSON`(text: String) {
    let kind = flaw(text)
    #expect(
      kind == .syntax || kind == .trailing || (text.contains("\\ud800") && kind == .badEscape),
      "\(String(describing: kind))")
  }

  @Test(arguments: [
    "1 1", "{}{}", "[]]", "{}}", "null,", "\"a\"b", "1;", "{} x", "truefalse", "true1", "01", "1.0.0", "{}\u{FEFF}",
  ])
  func `nothing comes after the value`(text: String) {
    #expect(flaw(text) == (text == "01" ? .syntax : .trailing))
  }

  @Test(arguments: [
    #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"{"\u00e9":1,"é":2}"#, #"{"b":{"a":1,"c":2,"a":3}}"#,
    #"[{"":1,"":2}]"#, #"{"\/":1,"/":2}"#, #"{"\ud83d\ude00":1,"😀":2}"#,
  ])
  func `a member that stands twice is refused, however it is spelt`(text: String) {
    #expect(flaw(text) == .duplicateKey)
  }

  @Test(arguments: [
    #""\ud800""#, #""\udc00""#, #""\ud800x""#, #""\ud800\n""#, #""\ud800\ud800""#, #""\udc00\ud800""#,
    #""\ud83d\u0041""#,
    #""\uDBFF\uDBFF""#, #"{"\udfff":1}"#, #""\u0000""#, #""a\u0000b""#, #"{"\u0000":1}"#, #""\ud800\\udc00""#,
  ])
  func `a lone surrogate and a NUL are refused as escapes`(text: String) {
    #expect(flaw(text) == .badEscape)
  }

  @Test(
    arguments: [
      [0x22, 0x00, 0x22], [0x00], [0x7B, 0x7D, 0x00], [0x22, 0x80, 0x22], [0x22, 0xC0, 0xAF, 0x22],
      [0x22, 0xC1, 0xBF, 0x22],
      [0x22, 0xE0, 0x80, 0xAF, 0x22], [0x22, 0xE0, 0x9F, 0xBF, 0x22], [0x22, 0xF0, 0x80, 0x80, 0xAF, 0x22],
      [0x22, 0xF0, 0x8F, 0xBF, 0xBF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xED, 0xBF, 0xBF, 0x22],
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22],
      [0x22, 0xF8, 0x88, 0x80, 0x80, 0x80, 0x22],
      [0x22, 0xFE, 0x22], [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC3], [0x22, 0xE2, 0x82, 0x22],
      [0x22, 0xE2, 0x82],
      [0x22, 0xF0, 0x9F, 0x98, 0x22], [0x22, 0xC3, 0x28, 0x22], [0xFF, 0xFE, 0x7B, 0x00], [0xC0, 0x80],
      [0x22, 0xC0, 0x80, 0x22],
    ] as [[UInt8]])
  func `what is not UTF-8, or is NUL, is refused before it is read`(bytes: [UInt8]) {
    #expect(flaw(bytes) == .notUTF8)
  }

  @Test(
    arguments: [
      [0x22, 0xC2, 0x80, 0x22], [0x22, 0xDF, 0xBF, 0x22], [0x22, 0xE0, 0xA0, 0x80, 0x22],
      [0x22, 0xED, 0x9F, 0xBF, 0x22],
      [0x22, 0xEE, 0x80, 0x80, 0x22], [0x22, 0xEF, 0xBF, 0xBF, 0x22], [0x22, 0xF0, 0x90, 0x80, 0x80, 0x22],
      [0x22, 0xF4, 0x8F, 0xBF, 0xBF, 0x22], [0x22, 0x7F, 0x22],
    ] as [[UInt8]])
  func `the ends of UTF-8's ranges are read as they are`(bytes: [UInt8]) {
    #expect(read(bytes) == .success(.string(Array(bytes.dropFirst().dropLast()))))
  }
}
