import AnteroomServices
import Testing

@testable import AnteroomCrypto

private let salt = "AAECAwQFBgcICQoLDA0ODw"
private let tag = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
private let sound = "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$\(tag)"

@Suite struct PHCStringTests {
  @Test(arguments: [
    sound, "$argon2id$v=19$m=8,t=1,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=1048576,t=64,p=16$\(salt)$\(tag)",
  ])
  func `what libargon2 writes is read and written back byte for byte`(text: String) {
    #expect(PHCString(parsing: text)?.text == text)
  }

  @Test func `the fields are the ones of the text`() throws {
    let phc = try #require(PHCString(parsing: sound))
    #expect(phc.parameters == Argon2Parameters.standard)
    #expect(phc.salt == Array(0..<16))
    #expect(phc.tag == Array(0..<32))
  }

  /// Incident 64: parsers that took a truncated, reordered or overflowing hash for a whole one.
  @Test(arguments: [
    ("nothing at all", ""),
    ("an empty tag", "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$"),
    ("no tag", "$argon2id$v=19$m=65536,t=3,p=1$\(salt)"),
    ("a short tag", "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$AAECAwQF"),
    ("a tag of 31 bytes", "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg"),
    ("a tag of 33 bytes", "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"),
    ("an empty salt", "$argon2id$v=19$m=65536,t=3,p=1$$\(tag)"),
    ("a salt of 8 bytes", "$argon2id$v=19$m=65536,t=3,p=1$AAECAwQFBgc$\(tag)"),
    ("no passes", "$argon2id$v=19$m=65536,t=0,p=1$\(salt)$\(tag)"),
    ("no lanes", "$argon2id$v=19$m=65536,t=3,p=0$\(salt)$\(tag)"),
    ("256 lanes", "$argon2id$v=19$m=65536,t=3,p=256$\(salt)$\(tag)"),
    ("less memory than the lanes need", "$argon2id$v=19$m=15,t=3,p=2$\(salt)$\(tag)"),
    ("all memory there is", "$argon2id$v=19$m=4294967295,t=3,p=1$\(salt)$\(tag)"),
    ("a number that overflows 32 bits", "$argon2id$v=19$m=4295032832,t=3,p=1$\(salt)$\(tag)"),
    ("a number that overflows 64 bits", "$argon2id$v=19$m=18446744073709617152,t=3,p=1$\(salt)$\(tag)"),
    ("a sign before the memory", "$argon2id$v=19$m=+65536,t=3,p=1$\(salt)$\(tag)"),
    ("a sign that skipped a cap elsewhere", "$argon2id$v=19$m=+16777216,t=3,p=1$\(salt)$\(tag)"),
    ("a negative number", "$argon2id$v=19$m=65536,t=-3,p=1$\(salt)$\(tag)"),
    ("a leading zero", "$argon2id$v=19$m=065536,t=3,p=1$\(salt)$\(tag)"),
    ("a leading zero in the passes", "$argon2id$v=19$m=65536,t=03,p=1$\(salt)$\(tag)"),
    ("a space", "$argon2id$v=19$m= 65536,t=3,p=1$\(salt)$\(tag)"),
    ("another order", "$argon2id$v=19$t=3,m=65536,p=1$\(salt)$\(tag)"),
    ("a parameter more", "$argon2id$v=19$m=65536,t=3,p=1,keyid=AAAA$\(salt)$\(tag)"),
    ("a parameter less", "$argon2id$v=19$m=65536,t=3$\(salt)$\(tag)"),
    ("no version", "$argon2id$m=65536,t=3,p=1$\(salt)$\(tag)"),
    ("an old version", "$argon2id$v=16$m=65536,t=3,p=1$\(salt)$\(tag)"),
    ("argon2d", "$argon2d$v=19$m=65536,t=3,p=1$\(salt)$\(tag)"),
    ("argon2i", "$argon2i$v=19$m=65536,t=3,p=1$\(salt)$\(tag)"),
    ("another letter case", "$Argon2id$v=19$m=65536,t=3,p=1$\(salt)$\(tag)"),
    ("an extra separator in front", "$" + sound),
    ("an extra separator behind", sound + "$"),
    ("an extra separator between", "$argon2id$v=19$m=65536,t=3,p=1$$\(salt)$\(tag)"),
    ("a line end behind", sound + "\n"),
    ("a NUL behind", sound + "\0"),
    ("padding", "$argon2id$v=19$m=65536,t=3,p=1$\(salt)==$\(tag)="),
    ("base64url", "$argon2id$v=19$m=65536,t=3,p=1$__ECAwQFBgcICQoLDA0ODw$\(tag)"),
    ("a character that is not base64", "$argon2id$v=19$m=65536,t=3,p=1$!AECAwQFBgcICQoLDA0ODw$\(tag)"),
    ("bits left over in the salt", "$argon2id$v=19$m=65536,t=3,p=1$AAECAwQFBgcICQoLDA0ODx$\(tag)"),
    ("bits left over in the tag", sound.dropLast() + "9"),
    ("fullwidth digits", "$argon2id$v=19$m=６５５３６,t=3,p=1$\(salt)$\(tag)"),
    ("a megabyte", sound + String(repeating: "A", count: 1 << 20)),
  ])
  func `a hash that libargon2 would not have written is not read`(what: String, text: String) {
    #expect(PHCString(parsing: text) == nil, "\(what)")
  }

  @Test(arguments: [
    (19455, 2, 1, Argon2Parameters.Unsafe.belowFloor(setting: "memory_kib", floor: 19456)),
    (19456, 1, 1, .belowFloor(setting: "iterations", floor: 2)),
    (19456, 2, 0, .belowFloor(setting: "parallelism", floor: 1)),
    (1_048_577, 2, 1, .aboveCeiling(setting: "memory_kib", ceiling: 1_048_576)),
  ])
  func `a configured cost below the floor is refused by name`(
    memory: Int, iterations: Int, parallelism: Int, expected: Argon2Parameters.Unsafe
  ) {
    #expect(throws: expected) {
      try Argon2Parameters(memoryKiB: memory, iterations: iterations, parallelism: parallelism)
    }
  }

  @Test func `the floor itself is allowed`() throws {
    #expect(try Argon2Parameters(memoryKiB: 19456, iterations: 2, parallelism: 1).memoryKiB == 19456)
  }

  @Test(arguments: [
    (65536, 3, true), (262_144, 3, true), (262_145, 3, false), (19_456, 64, true), (65_536, 64, true),
    (65_536, 65, false), (1_048_576, 1, false),
  ])
  func `a stored cost far above the configured one is not computed`(memory: Int, iterations: Int, isAffordable: Bool) {
    #expect(Argon2Parameters(stored: memory, iterations, 1).isAffordable(for: .standard) == isAffordable)
  }
}
