import AnteroomClient

/// A pending second factor as people see it.
struct Enrolment {
  let secret: String
  let uri: String

  init(_ value: JSONValue) {
    secret = value["secret"]?.text ?? ""
    uri = value["otpauth_uri"]?.text ?? ""
  }

  func lines(drawn: Bool, colour: Bool) -> [String] {
    (drawn ? picture(colour: colour, columns: Stream.output.columns) : [])
      + Layout.aligned([("otpauth_uri", uri), ("secret", grouped)])
  }

  static let instruction = "Scan it with an authenticator app, or type the secret into one."

  /// A code that is wrapped cannot be scanned.
  func picture(colour: Bool, columns: Int?) -> [String] {
    guard let code = QRCode(uri) else { return [] }
    if let columns, code.columns > columns {
      return ["A QR code takes \(code.columns) columns, and the terminal has \(columns): type the secret."]
    }
    return code.halfBlocks(colour: colour)
  }

  /// In groups of four, for whoever has to type it.
  var grouped: String {
    let characters = Array(secret)
    return stride(from: 0, to: characters.count, by: 4)
      .map { String(characters[$0..<min($0 + 4, characters.count)]) }.joined(separator: " ")
  }

  static func recoveryCodes(_ value: JSONValue) -> [String] {
    (value["recovery_codes"]?.items ?? []).map { "recovery_code: " + visible(Layout.text($0)) }
  }
}
