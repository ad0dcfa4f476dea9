import AnteroomCore
import AnteroomServices
import COath
import SecretMemory
import Testing

@testable import AnteroomCrypto

private let rfcSecret = Array("12345678901234567890".utf8)

private func step(_ code: String, at seconds: Int64, secret: [UInt8] = rfcSecret) -> Int64? {
  TOTP().matchedStep(
    of: OneTimeCode(SecretBytes(copying: Array(code.utf8))), secret: SecretBytes(copying: secret),
    at: Instant(seconds: seconds))
}

private func generated(_ secret: [UInt8], at seconds: Int64) -> String {
  var output = [CChar](repeating: 0, count: 7)
  let secret = secret.map { CChar(bitPattern: $0) }
  let code = unsafe oath_totp_generate(secret, secret.count, time_t(seconds), 30, 0, 6, &output)
  #expect(code == 0)
  return String(decoding: output.prefix(6).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

@Suite struct TOTPTests {
  /// RFC 6238, appendix B, the rows for SHA-1; of eight digits the last six.
  @Test(
    arguments: [
      (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
      (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ] as [(Int64, String)])
  func `the RFC's codes match at their own step`(seconds: Int64, code: String) {
    #expect(step(code, at: seconds) == seconds / 30)
  }

  @Test(
    arguments: [(-60, false), (-31, false), (-30, true), (0, true), (30, true), (59, true), (60, false), (90, false)]
      as [(Int64, Bool)])
  func `a code is good one step either way and names its own step`(offset: Int64, isGood: Bool) {
    let base: Int64 = 1_700_000_010 / 30 * 30
    let code = generated(rfcSecret, at: base)
    #expect(step(code, at: base + offset) == (isGood ? base / 30 : nil))
  }

  @Test func `liboath's own codes match for many secrets and times`() {
    let randomness = SeededRandomness(46)
    for round in 0..<500 {
      let secret = randomness.bytes(20)
      let seconds = Int64(1_600_000_000 + round * 7_919)
      #expect(step(generated(secret, at: seconds), at: seconds, secret: secret) == seconds / 30)
    }
  }

  @Test(arguments: [
    "", "28708", "2870820", "94287082", "28708a", " 87082", "287082\n", "+87082", "２８７０８２", "28708\0", "287 082",
    "-00001",
  ])
  func `only six ASCII digits are compared`(code: String) {
    #expect(step(code, at: 59) == nil)
  }

  @Test func `a wrong digit in any place is wrong`() {
    let right = Array("287082".utf8)
    for index in right.indices {
      var wrong = right
      wrong[index] = wrong[index] == 0x39 ? 0x30 : wrong[index] + 1
      #expect(step(String(decoding: wrong, as: UTF8.self), at: 59) == nil)
    }
  }

  @Test func `before the first full step nothing matches`() {
    #expect(step(generated(rfcSecret, at: 0), at: 0) == nil)
    #expect(step("000000", at: -59) == nil)
  }

  /// RFC 4648, section 10, without its padding.
  @Test(arguments: [
    ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
    ("foobar", "MZXW6YTBOI"), ("12345678901234567890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
  ])
  func `secrets are written as authenticator apps take them`(secret: String, text: String) {
    let written = plain(TOTP().base32(SecretBytes(copying: Array(secret.utf8))))
    #expect(String(decoding: written, as: UTF8.self) == text)
  }
}
