import AnteroomCore
import Testing

@Suite struct NameSuffixTests {
  private static let family = "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}"

  @Test(arguments: [
    ("Ada", "Ada (7k3q)"), ("x", "x (7k3q)"), ("Ada (7k3q)", "Ada (7k3q) (7k3q)"),
    (String(repeating: "a", count: 57), String(repeating: "a", count: 57) + " (7k3q)"),
    (String(repeating: "a", count: 58), String(repeating: "a", count: 57) + " (7k3q)"),
    (String(repeating: "a", count: 64), String(repeating: "a", count: 57) + " (7k3q)"),
    (String(repeating: "a", count: 56) + " bcdefgh", String(repeating: "a", count: 56) + " (7k3q)"),
    (String(repeating: "a", count: 54) + family + "b", String(repeating: "a", count: 54) + " (7k3q)"),
    (String(repeating: "a", count: 56) + "q\u{323}\u{307}", String(repeating: "a", count: 56) + " (7k3q)"),
    ("q" + String(repeating: "\u{323}", count: 63), "q" + String(repeating: "\u{323}", count: 56) + " (7k3q)"),
  ])
  func `a suffix fits and cuts between characters`(name: String, expected: String) {
    let suffixed = DisplayName(known: name).suffixed(with: "7k3q")
    #expect(Array(suffixed.text.utf8) == Array(expected.utf8))
    #expect(suffixed.text.unicodeScalars.count <= DisplayName.mostCodePoints)
  }
}
