import Crypto
import Testing

@testable import AnteroomCrypto

/// HMAC-SHA-256 from two copied states, against the RFC's vectors and against Crypto's own.
@Suite struct KeyedHashTests {
  private static func code(_ key: [UInt8], _ parts: [[UInt8]]) -> String {
    var code = KeyedHash(key: SymmetricKey(data: key))
    for part in parts { code.update(part.span) }
    return Hex.text(Array(code.finalize()))
  }

  @Test(arguments: [
    (
      [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    ),
  ])
  func `the vectors of RFC 4231 come out`(key: [UInt8], message: [UInt8], expected: String) {
    #expect(KeyedHashTests.code(key, [message]) == expected)
  }

  @Test(arguments: [0, 1, 31, 32, 63, 64], [0, 1, 55, 56, 63, 64, 65, 1000])
  func `it is Crypto's code for every length of key and message`(keyCount: Int, messageCount: Int) {
    let key = (0..<keyCount).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
    let message = (0..<messageCount).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ 5) }
    let expected = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key))
    #expect(KeyedHashTests.code(key, [message]) == Hex.text(Array(expected)))
    let half = messageCount / 2
    #expect(KeyedHashTests.code(key, [Array(message[..<half]), Array(message[half...])]) == Hex.text(Array(expected)))
  }

  @Test func `a code that starts from a copy leaves the keyed states as they were`() {
    let keyed = KeyedHash(key: SymmetricKey(data: [UInt8](repeating: 3, count: 32)))
    func code(_ text: String) -> [UInt8] {
      var code = keyed
      code.update(Array(text.utf8).span)
      return Array(code.finalize())
    }
    let first = code("one")
    #expect(code("another") != first)
    #expect(code("one") == first)
  }
}
