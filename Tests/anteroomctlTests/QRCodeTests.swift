import AnteroomClient
import CQRCode
import Glibc
import Testing

@testable import anteroomctl

@Suite struct QRCodeTests {
  private static let uri =
    "otpauth://totp/Anteroom:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Anteroom&algorithm=SHA1&digits=6&period=30"

  /// The drawn lines as modules, light where a block is drawn: what an eye sees on a dark terminal.
  private func light(_ lines: [String]) -> [[Bool]] {
    lines.flatMap { line in
      [line.map { $0 == "█" || $0 == "▀" }, line.map { $0 == "█" || $0 == "▄" }]
    }
  }

  @Test(arguments: [uri, "a", String(repeating: "x", count: 500)])
  func `the drawing is libqrencode's matrix in a quiet zone of four`(text: String) throws {
    let code = try #require(QRCode(text))
    let rows = light(code.halfBlocks(colour: false))
    let side = code.width + 8
    #expect(rows.allSatisfy { $0.count == side })
    #expect(rows.count == side + 1)
    let reference = unsafe QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M)
    defer { unsafe QRcode_free(reference) }
    let data = try unsafe #require(reference?.pointee.data)
    var wrong = 0
    for row in 0..<side {
      for column in 0..<side {
        let inside = (4..<(side - 4)).contains(row) && (4..<(side - 4)).contains(column)
        let isDark = unsafe inside && data[(row - 4) * code.width + column - 4] & 1 == 1
        if rows[row][column] == isDark { wrong += 1 }
      }
    }
    #expect(wrong == 0)
  }

  @Test(arguments: [(nil, false), (53, false), (52, true)] as [(Int?, Bool)])
  func `a code that does not fit is not drawn`(columns: Int?, isLeftOut: Bool) throws {
    let enrolment = Enrolment(.object([.init("otpauth_uri", .string(QRCodeTests.uri))]))
    let lines = enrolment.picture(colour: false, columns: columns)
    #expect((lines.count == 1) == isLeftOut)
  }

  @Test func `a reader of codes reads the drawing`() throws {
    let code = try #require(QRCode(QRCodeTests.uri))
    let rows = light(code.halfBlocks(colour: false)).prefix(code.width + 8)
    let scale = 4
    var image = Array("P5 \((code.width + 8) * scale) \((code.width + 8) * scale) 255\n".utf8)
    for row in rows {
      let line = row.flatMap { [UInt8](repeating: $0 ? 255 : 0, count: scale) }
      for _ in 0..<scale { image.append(contentsOf: line) }
    }
    let path = "/tmp/anteroomctl-qr-\(getpid()).pgm"
    defer { _ = unsafe unlink(path) }
    let file = unsafe open(path, O_CREAT | O_TRUNC | O_WRONLY, 0o600)
    let written = unsafe image.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
    close(file)
    #expect(written == image.count)
    // Where zbar is not installed the comparison of the matrices above stands alone.
    guard let read = try output(of: "command -v zbarimg >/dev/null && zbarimg --nodbus -q --raw \(path)") else {
      return
    }
    #expect(read == QRCodeTests.uri + "\n")
  }

  @Test func `with colour every line sets both colours and gives them back`() throws {
    let lines = try #require(QRCode("a")).halfBlocks(colour: true)
    #expect(lines.allSatisfy { $0.hasPrefix("\u{1B}[38;5;231;48;5;16m") && $0.hasSuffix("\u{1B}[0m") })
  }

  @Test(arguments: ["", "a\u{0}b", String(repeating: "x", count: 5000)])
  func `what no code can hold is no code`(text: String) {
    #expect(QRCode(text) == nil)
  }

  /// What a shell command printed; nil when it failed before it printed anything.
  private func output(of command: String) throws -> String? {
    let pipe = try unsafe #require(popen(command, "r"))
    var bytes: [UInt8] = []
    while case let byte = unsafe fgetc(pipe), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    let status = unsafe pclose(pipe)
    return status != 0 && bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }
}
