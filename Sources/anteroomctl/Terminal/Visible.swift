/// Text from the daemon, made harmless on a terminal. A guest chooses a display name; an escape
/// sequence in it could retitle the window, hide lines or answer for the operator, and a bidi or
/// zero-width character could make one join look like another.
///
/// `asJSON` writes the escapes so that JSON stays the same JSON.
func visible(_ text: String, asJSON: Bool = false) -> String {
  if text.unicodeScalars.allSatisfy({ !steers($0) }) { return text }
  var output = ""
  for scalar in text.unicodeScalars {
    if !steers(scalar) {
      output.unicodeScalars.append(scalar)
    } else if asJSON, scalar == "\t" || scalar == "\r" {
      output.unicodeScalars.append(" ")
    } else if asJSON {
      output += Array(String(scalar).utf16).map { "\\u" + hex(UInt32($0), width: 4) }.joined()
    } else {
      output += "\\u{" + hex(scalar.value, width: 1) + "}"
    }
  }
  return output
}

private func hex(_ value: UInt32, width: Int) -> String {
  let digits = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

private func steers(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: true
  case _: false
  }
}
