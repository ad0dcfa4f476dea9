import AnteroomServices
import Glibc
import SecretMemory
import Testing

@testable import AnteroomCrypto

/// As the preparation of passwords folds ASCII.
private struct LowerCase: PasswordPreparation {
  func prepare(_ typed: borrowing SecretBytes) throws(PasswordUnfit) -> Password {
    Password(prepared: typed.copy(), codePoints: typed.count)
  }

  func folded(_ password: borrowing Password) -> SecretBytes {
    password.bytes.withBytes { bytes in
      SecretBytes(copying: bytes.indices.map { (0x41...0x5A).contains(bytes[$0]) ? bytes[$0] | 0x20 : bytes[$0] })
    }
  }
}

private func hex(_ bytes: [UInt8]) -> String { Hex.text(bytes).uppercased() }

/// So many hashes in order, as they would come out of SHA-1.
private func hashes(_ count: Int, seed: UInt64 = 21) -> [String] {
  let randomness = SeededRandomness(seed)
  let bytes = randomness.bytes(count * 20)
  return (0..<count).map { hex(Array(bytes[$0 * 20..<$0 * 20 + 20])) }.sorted()
}

private func list(_ hashes: [String], end: String = "\r\n") -> String {
  hashes.enumerated().map { "\($1):\($0 % 97 + 1)\(end)" }.joined()
}

private func opened(_ text: String, in folder: KeyFolder) throws -> BreachedFile {
  try BreachedFile(path: folder.write("breached.txt", text))
}

/// The one after it in their order.
private func next(_ hash: String) -> String {
  var digits = Array(hash.utf8)
  for place in digits.indices.reversed() {
    guard digits[place] == UInt8(ascii: "F") else {
      digits[place] = digits[place] == UInt8(ascii: "9") ? UInt8(ascii: "A") : digits[place] + 1
      break
    }
    digits[place] = UInt8(ascii: "0")
  }
  return String(decoding: digits, as: UTF8.self)
}

@Suite struct BreachedFileTests {
  @Test func `of two hundred thousand lines each is found by a few reads, and nothing else is`() throws {
    let folder = try KeyFolder()
    let all = hashes(200_000)
    let file = try opened(list(all), in: folder)
    var reads = 0
    var most = 0
    let asked = stride(from: 0, to: all.count, by: 97).map { all[$0] } + [all[1], all[all.count - 1]]
    for text in asked {
      let found = try file.look(for: try #require(SHA1Value(hex: Array(text.utf8))))
      #expect(found.isListed, "\(text)")
      let missing = try file.look(for: try #require(SHA1Value(hex: Array(next(text).utf8))))
      #expect(!missing.isListed, "after \(text)")
      reads += found.reads + missing.reads
      most = max(most, found.reads, missing.reads)
    }
    #expect(most <= 6)
    #expect(Double(reads) / Double(asked.count * 2) < 4)
  }

  @Test func `hashes that lie as nobody's do are found all the same, by not many more reads`() throws {
    let folder = try KeyFolder()
    let low = (0..<30_000).map { index in
      let digits = String(index, radix: 16, uppercase: true)
      return String(repeating: "0", count: 40 - digits.utf8.count) + digits
    }
    let high = low.map { "F" + $0.dropFirst() }
    let file = try opened(list(low + high), in: folder)
    for text in [low[0], low[29_999], high[0], high[29_999], low[12_345], high[23_456]] {
      let found = try file.look(for: try #require(SHA1Value(hex: Array(text.utf8))))
      #expect(found.isListed && found.reads <= 40, "\(text), \(found.reads) reads")
    }
    for text in [next(low[29_999]), next(high[29_999]), "8" + low[5].dropFirst()] {
      let found = try file.look(for: try #require(SHA1Value(hex: Array(text.utf8))))
      #expect(!found.isListed && found.reads <= 40, "\(text), \(found.reads) reads")
    }
  }

  @Test(arguments: [1, 2, 3, 89, 90, 91, 92, 180, 500], ["\r\n", "\n"])
  func `a list of any length is whole, with either line end and with none at its end`(count: Int, end: String) throws {
    let folder = try KeyFolder()
    let all = hashes(count)
    for text in [list(all, end: end), String(list(all, end: end).dropLast(1)), list(all.map { $0.lowercased() })] {
      let file = try opened(text, in: folder)
      for hash in all {
        #expect(try file.contains(try #require(SHA1Value(hex: Array(hash.utf8)))))
        #expect(try !file.contains(try #require(SHA1Value(hex: Array(next(hash).utf8)))))
      }
      #expect(try !file.contains(try #require(SHA1Value(hex: [UInt8](repeating: 0x30, count: 40)))))
      #expect(try !file.contains(try #require(SHA1Value(hex: [UInt8](repeating: 0x46, count: 40)))))
    }
  }

  private static let sound = hashes(300)

  @Test(arguments: [
    ("nothing", ""), ("a line feed", "\n"), ("words", "password\nletmein\n"),
    ("no counts", sound.map { $0 + "\n" }.joined()), ("a mark before it", "\u{FEFF}" + list(sound)),
    ("hashes of NTLM", list(sound.map { String($0.prefix(32)) })),
    ("by count, not by hash", list(sound.reversed())),
    ("a line twice", list(Array(sound[..<9] + sound[8...]))), ("something behind it", list(sound) + "\n\n"),
    ("one line without an end", String(repeating: "A", count: 20_000)),
    ("a letter that is no digit", list(sound.map { "G" + $0.dropFirst() })),
    ("a count that is none", sound.map { $0 + ":x\n" }.joined()),
  ])
  func `what is not ordered lines of SHA1 and count is not taken`(what: String, text: String) throws {
    let folder = try KeyFolder()
    #expect(throws: BreachedFileFault.self) { try opened(text, in: folder) }
  }

  @Test func `a directory, a pipe and nothing at all are not taken, and the fault names them`() throws {
    let folder = try KeyFolder()
    #expect(throws: BreachedFileFault.notRegular(path: folder.path)) { try BreachedFile(path: folder.path) }
    let pipe = folder.path + "/pipe"
    try #require(unsafe mkfifo(pipe, 0o600) == 0)
    #expect(throws: BreachedFileFault.notRegular(path: pipe)) { try BreachedFile(path: pipe) }
    let missing = folder.path + "/missing"
    #expect(throws: BreachedFileFault.unusable(path: missing, errno: ENOENT)) { try BreachedFile(path: missing) }
  }

  @Test func `a list that is written to, or cut, while in use says nothing any more`() throws {
    let folder = try KeyFolder()
    let all = hashes(500)
    let wanted = try #require(SHA1Value(hex: Array(all[250].utf8)))
    let file = try opened(list(all), in: folder)
    #expect(try file.contains(wanted))
    try #require(unsafe truncate(file.path, 100) == 0)
    #expect(throws: BreachedFileFault.changed(path: file.path)) { try file.contains(wanted) }
  }

  @Test func `a list that another was put in place of goes on as it was`() throws {
    let folder = try KeyFolder()
    let all = hashes(500)
    let file = try opened(list(all), in: folder)
    _ = folder.write("breached.txt", list(hashes(500, seed: 22)))
    #expect(try file.contains(try #require(SHA1Value(hex: Array(all[250].utf8)))))
  }

  /// The SHA-1 of "password", "Violet Harbour 7" and "violet harbour 8".
  @Test(arguments: [
    ("password", true), ("PASSWORD", true), ("Violet Harbour 7", true), ("violet harbour 7", false),
    ("VIOLET HARBOUR 8", true), ("password ", false), ("", false),
  ])
  func `a password is looked up as typed and in folded letter case`(typed: String, isListed: Bool) async throws {
    let folder = try KeyFolder()
    let words = ["password", "Violet Harbour 7", "violet harbour 8"].map { word in
      SHA1Value(of: SecretBytes(copying: Array(word.utf8)))
    }
    #expect(words[0] == SHA1Value(hex: Array("5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8".utf8)))
    let path = folder.write("breached.txt", list((words.map(\.text) + hashes(2000)).sorted()))
    let breached = BreachedPasswordList(try BreachedPasswordList.open(path), preparation: LowerCase())
    #expect(try await breached.lists(password(typed)) == isListed)
    breached.replace(try BreachedPasswordList.open(nil))
    #expect(try await !breached.lists(password(typed)))
  }

  @Test func `a list that cannot be read is a fault, not an answer`() async throws {
    let folder = try KeyFolder()
    let path = folder.write("breached.txt", list(hashes(500)))
    let breached = BreachedPasswordList(try BreachedPasswordList.open(path), preparation: LowerCase())
    try #require(unsafe truncate(path, 0) == 0)
    await #expect(throws: StorageFault.self) { try await breached.lists(password("correct horse battery")) }
  }
}

extension SHA1Value {
  fileprivate var text: String {
    func digits(_ word: UInt64, _ count: Int) -> String {
      let text = String(word, radix: 16, uppercase: true)
      return String(repeating: "0", count: count - text.utf8.count) + text
    }
    return digits(high, 16) + digits(middle, 16) + digits(UInt64(low), 8)
  }
}
