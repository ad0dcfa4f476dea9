import AnteroomServices
import AnteroomText
import SecretMemory
import Testing

private let preparation = OpaqueStringPreparation()

private func log10(_ typed: String, names: [String] = []) throws -> Double {
  let password = try preparation.prepare(SecretBytes(copying: bytes(typed)))
  return GuessEstimate().guessesLog10(of: password, names: names)
}

@Suite struct GuessEstimateTests {
  @Test(arguments: [
    ("password", 0.0...2), ("qwertyuiop", 0...4), ("D0g..................", 4...12), ("Tr0ub4dour&3", 6...12),
    ("correct horse battery staple", 11...40), ("kq3vm-8tzpa-w2hfd-7xqzp", 16...60),
  ])
  func `a guesser's work is told about right`(typed: String, expected: ClosedRange<Double>) throws {
    #expect(expected.contains(try log10(typed)))
  }

  @Test func `a name makes a password of it weaker, in any letter case`() throws {
    for typed in ["zebulonquartermain", "ZebulonQuartermain"] {
      #expect(try log10(typed, names: ["ZEBULONQUARTERMAIN"]) < 3)
      #expect(try log10(typed) > 8)
    }
  }

  @Test func `of a long password a beginning counts, cut between code points`() throws {
    // Bytes 40 and 41 are one character, which is left out whole.
    let long = "kq3vm-8tzpa-w2hfd-7xqzp-9rnwt-4hcjd-2bm\u{E9}"
    let estimate = try log10(long)
    #expect(estimate > 10)
    #expect(try log10(long + " and whatever comes after it") == estimate)
    #expect(try log10(String(long.unicodeScalars.dropLast())) == estimate)
    #expect(try log10(String(repeating: "x", count: 256)) < 10)
  }

  @Test(arguments: [
    String(repeating: "a", count: 256), String(repeating: "password1", count: 28),
    String(repeating: "qwertyuiop[]", count: 21), String(repeating: "4@8({[</369&#!1/|0$5+7%2/4", count: 9),
    String(repeating: "p4$$w0rd19871231", count: 16), String(repeating: "\u{1F600}", count: 256),
  ])
  func `no password takes long to estimate`(typed: String) throws {
    let password = try preparation.prepare(SecretBytes(copying: bytes(typed)))
    let elapsed = processorTime {
      for _ in 0..<20 { _ = GuessEstimate().guessesLog10(of: password, names: ["juliet", "anteroom"]) }
    }
    // Measured: 0.2 ms at worst for each.
    #expect(elapsed < .milliseconds(100), "\(elapsed / 20)")
  }

  @Test(arguments: [
    (0.0, 0), (2.99, 0), (3, 1), (5.99, 1), (6, 2), (7.99, 2), (8, 3), (9.99, 3), (10, 4), (300, 4),
  ])
  func `the score is zxcvbn's`(guesses: Double, score: Int) {
    #expect(PasswordAssessment(objections: [], guessesLog10: guesses).score == score)
  }
}
