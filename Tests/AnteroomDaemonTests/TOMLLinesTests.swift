import Testing

@testable import AnteroomDaemon

struct TOMLLinesTests {
  struct Place: Sendable {
    let text: String
    let steps: [TOMLLines.Step]
    let line: Int?

    init(_ text: String, _ steps: [TOMLLines.Step], _ line: Int?) {
      self.text = text
      self.steps = steps
      self.line = line
    }
  }

  @Test(arguments: [
    Place("a = 1\n\n# b = 2\nb = 3", [.key("b")], 4),
    Place("[t]\na = 1\n[u]\na = 2", [.key("u"), .key("a")], 4),
    Place("[t]\r\na = 1\r\nb = 2\r\n", [.key("t"), .key("b")], 3),
    Place("\u{FEFF}[t]\na = 1", [.key("t")], 1),
    Place("  [ t . u ]  # why\n  a=1", [.key("t"), .key("u"), .key("a")], 2),
    Place("[t.u]\na = 1", [.key("t")], 1),
    Place("[t]\nu.v = 1\nu . w = 2", [.key("t"), .key("u"), .key("w")], 3),
    Place("[t]\n\"a.b\" = 1\n'c' = 2", [.key("t"), .key("a.b")], 2),
    Place("[t]\n\"a\\\"b\" = 1", [.key("t"), .key("a\"b")], 2),
    Place("[[f]]\na = 1\n[[f]]\na = 2", [.key("f"), .index(1), .key("a")], 4),
    Place("[[f]]\na = 1\n\n[[f]]\nb = 2", [.key("f"), .index(1)], 4),
    Place("[[f]]\n[f.g]\na = 1\n[[f]]\n[f.g]\na = 2", [.key("f"), .index(1), .key("g"), .key("a")], 6),
    Place("[[f]]\n[[f.g]]\n[[f.g]]\na = 1", [.key("f"), .index(0), .key("g"), .index(1), .key("a")], 4),
    Place("a = [\n  1, # one ]\n  2,\n]\nb = 1", [.key("b")], 5),
    Place("a = [\n  1, # one ]\n\n  2,\n]", [.key("a"), .index(1)], 4),
    Place("a = [[1,\n2], [3]]", [.key("a"), .index(1)], 2),
    Place("f = [{a = 1},\n {a = 2}]", [.key("f"), .index(1), .key("a")], 2),
    Place("t = {a = 1, b = [2, 3]}\nc = 1", [.key("t"), .key("b")], 1),
    Place("t = {a = 1, b = [2, 3]}\nc = 1", [.key("c")], 2),
    Place("a = \"\"\"\n[t]\nb = 1\n\\\"\"\"\"\"\"\nb = 2", [.key("b")], 5),
    Place("a = '''\nb = 1\n'''''\nb = 2", [.key("b")], 4),
    Place("a = \"# [\\\"\"\nb = 2", [.key("b")], 2),
    Place("a = 'C:\\'\nb = 2", [.key("b")], 2),
    Place("a = \"\"\nb = ''\nc = 1", [.key("c")], 3),
    Place("a = 1", [.key("b")], nil),
  ])
  func `a place has the line on which it begins`(place: Place) {
    #expect(TOMLLines(place.text).line(of: place.steps) == place.line)
  }

  @Test(arguments: [
    "[", "[[", "[[a", "[a\n]", "a", "a =", "a = \"", "a = '''x", "a = [", "a = [1,\n", "=", "\"", "]", "a = \\",
    "a = \"\\",
  ])
  func `a torn text ends the walk like any other`(text: String) {
    #expect(TOMLLines(text).line(of: [.key("none")]) == nil)
  }

  @Test(arguments: [
    ("a = \"x\"\nb = \"\\u0000\"", 2), ("b = \"\"\"\n\\U00000000\"\"\"", 2), ("b = '\\u0000'", nil),
    ("b = \"\\\\u0000\"", nil), ("# \\u0000", nil),
  ])
  func `an escaped NUL is seen where it is one`(text: String, line: Int?) {
    #expect(TOMLLines(text).escapedNUL == line)
  }
}
