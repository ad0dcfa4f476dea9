import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func checkPassword(_ services: Services) -> Endpoint {
    Endpoint(
      "checkPassword", "POST", "/v1/password-check", access: .frontEnds(.sessions, bearer: .sessionOptional),
      secret: nil, cost: .judge, body: .object(secrets: ["password"])
    ) { exchange in
      var body = try exchange.body()
      let password = try body.secret("password")
      let username = try body.optionalString("username")
      try body.finish()
      switch try await services.passwordCheck.check(password, username: username, caller: exchange.caller) {
      case .invalidToken: throw Refusal(.invalidToken)
      case .secondFactorRequired: throw Refusal(.secondFactorRequired)
      case .assessed(let assessment):
        return .json(200) { json in
          json.member("acceptable", assessment.objections.isEmpty)
          json.member("score", assessment.score)
          json.array("reasons", assessment.objections.flatMap(\.reasons)) { $0.value($1) }
          json.key("guesses_log10")
          json.raw(Array(hundredths(assessment.guessesLog10).utf8))
        }
      }
    }
  }

  /// A number that is not negative, with two decimals.
  private static func hundredths(_ value: Double) -> String {
    let rounded = Int((min(value, 1_000_000) * 100).rounded())
    let rest = rounded % 100
    return "\(rounded / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}

extension PasswordObjection {
  /// The code of the problem that a password is refused with, and why it is blocked where it is.
  var reasons: [String] {
    switch self {
    case .blocked(let reason): [code, reason.rawValue]
    case .tooShort, .tooLong, .notAllowed: [code]
    }
  }
}
