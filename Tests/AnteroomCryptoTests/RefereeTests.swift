import AnteroomCore
import AnteroomServices
import Glibc
import SecretMemory
import Testing

@testable import AnteroomCrypto

/// Our use of the libraries against the reference tools, on inputs that nobody chose.
@Suite struct RefereeTests {
  /// Of a seed: a password of 1 to 127 bytes, a salt that can stand on a command line, and a small cost.
  private struct Vector {
    let password: [UInt8]
    let salt: [UInt8]
    let parameters: Argon2Parameters

    init(_ randomness: SeededRandomness) {
      let choice = randomness.bytes(5).map(Int.init)
      password = randomness.bytes(choice[0] % 127 + 1)
      salt = randomness.bytes(PHCString.saltByteCount).map { $0 % 94 + 33 }
      let lanes = choice[1] % 4 + 1
      // A salt that begins with a dash would be an option.
      parameters = .belowFloorForTests(
        memoryKiB: 8 * lanes + choice[2] % 200, iterations: choice[3] % 4 + 1, parallelism: lanes)
    }

    var arguments: [String] {
      let text = String(decoding: salt.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 }, as: UTF8.self)
      return [
        text, "-id", "-t", String(parameters.iterations), "-k", String(parameters.memoryKiB), "-p",
        String(parameters.parallelism), "-l", String(PHCString.tagByteCount), "-e",
      ]
    }
  }

  @Test func `random hashes are those of the argon2 command, and its text is read and written back`() throws {
    let randomness = SeededRandomness(9106)
    for number in 0..<Tool.vectors {
      let vector = Vector(randomness)
      let arguments = vector.arguments
      let line = try #require(try Tool.lines("argon2", arguments, input: vector.password).first)
      let tag = try LibArgon2().tag(
        of: SecretBytes(copying: vector.password), wipesPassword: number % 2 == 0, salt: Array(arguments[0].utf8),
        secret: SecretBytes(copying: []), parameters: vector.parameters, byteCount: PHCString.tagByteCount)
      let ours = PHCString(parameters: vector.parameters, salt: Array(arguments[0].utf8), tag: tag)
      #expect(ours.text == line, "vector \(number)")
      #expect(PHCString(parsing: line) == ours, "vector \(number)")
    }
  }

  @Test func `random codes are those of oathtool, each at its own step`() throws {
    let randomness = SeededRandomness(6238)
    let perSecret = 100
    let totp = TOTP()
    for _ in 0..<Tool.vectors / perSecret {
      let secret = randomness.bytes(20)
      let start = randomness.bytes(4).reduce(Int64(60)) { $0 << 8 | Int64($1) } & 0xFFFF_FFFF + 60
      let codes = try Tool.lines(
        "oathtool", ["--totp", "-w", String(perSecret - 1), "-N", "@\(start)", Hex.text(secret)])
      try #require(codes.count == perSecret)
      for (index, code) in codes.enumerated() {
        let now = Instant(seconds: start + Int64(index) * 30)
        let step = totp.matchedStep(
          of: OneTimeCode(SecretBytes(copying: Array(code.utf8))), secret: SecretBytes(copying: secret), at: now)
        #expect(step == now.seconds / 30, "\(Hex.text(secret)) at \(now.seconds)")
      }
    }
  }

  /// The secret is written as authenticator apps read it: the same codes come out of it.
  @Test func `oathtool reads our base32`() throws {
    let randomness = SeededRandomness(4648)
    for _ in 0..<20 {
      let secret = randomness.bytes(20)
      let text = String(decoding: plain(TOTP().base32(SecretBytes(copying: secret))), as: UTF8.self)
      let byText = try Tool.lines("oathtool", ["--totp", "-b", "-N", "@1700000000", text])
      let byBytes = try Tool.lines("oathtool", ["--totp", "-N", "@1700000000", Hex.text(secret)])
      #expect(byText == byBytes && byText.count == 1)
    }
  }
}
