import Testing

@testable import anteroomctl

@Suite struct CellsTests {
  @Test(arguments: [
    ("Ada", 3), ("Zoë", 3), ("Zoe\u{308}", 3), ("李小龍", 6), ("ｆｕｌｌ", 8), ("half ｱ", 6), ("🙂", 2), ("한국", 4),
    ("\u{1112}\u{1161}\u{11AB}", 2), ("🇩🇪", 2), ("ΑΒΓ", 3), ("עברית", 5), ("a\u{301}\u{302}", 1), ("…", 1), ("⌚", 2),
    ("☎", 1), ("𠀀", 2),
  ])
  func `a letter is as wide as a terminal draws it`(text: String, expected: Int) {
    #expect(Cells.width(text) == expected)
  }

  @Test(arguments: [
    ("Ada", 3, "Ada"), ("Ada L", 4, "Ada…"), ("李小龍", 6, "李小龍"), ("李小龍", 5, "李小…"), ("李小龍", 4, "李…"),
    ("李", 1, "…"), ("Ada", 0, ""), ("e\u{301}e\u{301}e", 2, "e\u{301}…"),
  ])
  func `text is cut to its columns and says so`(text: String, limit: Int, expected: String) {
    #expect(Cells.clipped(text, to: limit) == expected)
    #expect(Cells.width(Cells.padded(text, to: limit)) == limit)
  }

  @Test func `no letter is drawn over the lines around it`() {
    let tangled = "a" + String(repeating: "\u{301}", count: 40) + "b"
    #expect(Cells.clipped(tangled, to: 10).unicodeScalars.count == 5)
  }

  @Test(arguments: [
    ("one two three", 7, ["one two", "three"]), ("one", 7, ["one"]), ("", 7, []),
    ("incomprehensible x", 7, ["incomp…", "x"]),
  ])
  func `words are wrapped`(text: String, limit: Int, expected: [String]) {
    #expect(Cells.wrapped(text, to: limit) == expected)
  }
}

@Suite struct KeyTests {
  @Test(arguments: [
    ("a", [Key.character("a")]), ("äJ", [.character("ä"), .character("J")]), ("李", [.character("李")]),
    ("\u{1B}[A\u{1B}[B", [.up, .down]), ("\u{1B}OA\u{1B}OB", [.up, .down]),
    ("\u{1B}[5~\u{1B}[6~", [.pageUp, .pageDown]),
    ("\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~", [.home, .end, .home, .end]), ("\r\n", [.enter, .enter]),
    ("\u{3}\u{1A}\u{C}\u{15}\u{7F}\u{8}", [.interrupt, .stop, .redraw, .eraseLine, .backspace, .backspace]),
    ("\u{1B}[1;5A", [.up]), ("\u{1B}[3~x", [.character("x")]), ("\u{1B}xy", [.character("y")]),
    ("\u{1}a", [.character("a")]),
    ("\u{1B}[200~y\nq\u{1B}[201~z", [.paste("y\nq"), .character("z")]),
    ("\u{1B}[200~\u{1B}[A\u{1B}[201~", [.paste("\u{1B}[A")]),
  ])
  func `keys are read, however their bytes are cut`(text: String, expected: [Key]) {
    var whole = KeyReader()
    #expect(whole.read(text.utf8) == expected)
    var dripped = KeyReader()
    #expect(text.utf8.flatMap { dripped.read([$0]) } == expected)
    #expect(!dripped.isWaiting)
  }

  @Test func `an escape alone is a key when nothing follows`() {
    var reader = KeyReader()
    #expect(reader.read([0x1B]).isEmpty)
    #expect(reader.isWaiting)
    #expect(reader.flush() == [.escape])
    #expect(reader.flush().isEmpty)
  }

  @Test func `what is no key does no harm`() {
    var reader = KeyReader()
    #expect(reader.read([0xFF, 0x80, 0xC3, 0x28]).filter { $0 != .character("(") }.isEmpty)
    #expect(reader.read(Array(repeating: UInt8(ascii: ";"), count: 3)).count == 3)
    #expect(reader.read([0x1B, 0x5B] + Array(repeating: UInt8(ascii: "1"), count: 10_000)).count <= 10_000)
    #expect(reader.flush() == [] || !reader.isWaiting)
  }
}
