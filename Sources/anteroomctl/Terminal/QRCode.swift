import CQRCode
import Glibc

/// A QR code's modules, from libqrencode.
struct QRCode {
  let width: Int
  private let dark: [Bool]

  /// Nil when the text is too long for a QR code or holds a NUL.
  init?(_ text: String) {
    guard !text.utf8.contains(0), let code = unsafe QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
    defer { unsafe QRcode_free(code) }
    let side = unsafe Int(code.pointee.width)
    width = side
    dark = (0..<(side * side)).map { index in unsafe code.pointee.data[index] & 1 == 1 }
  }

  func isDark(row: Int, column: Int) -> Bool {
    guard (0..<width).contains(row), (0..<width).contains(column) else { return false }
    return dark[row * width + column]
  }

  /// The quiet zone around it is the four modules of ISO/IEC 18004.
  private static let quiet = 4

  /// How wide it is drawn.
  var columns: Int { width + 2 * QRCode.quiet }

  /// Two rows of modules a line. Light modules are drawn and dark ones left out, which is dark on
  /// light where the background is dark; with `colour` both are set, so that it is so everywhere.
  func halfBlocks(colour: Bool) -> [String] {
    let quiet = QRCode.quiet
    return stride(from: -quiet, to: width + quiet, by: 2).map { row in
      let line = (-quiet..<(width + quiet)).map { column in
        let lowerExists = row + 1 < width + quiet
        return switch (isDark(row: row, column: column), !lowerExists || isDark(row: row + 1, column: column)) {
        case (false, false): "█"
        case (false, true): "▀"
        case (true, false): "▄"
        case (true, true): " "
        }
      }.joined()
      return colour ? "\u{1B}[38;5;231;48;5;16m\(line)\u{1B}[0m" : line
    }
  }
}
