import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func rotatePasscode(_ services: Services) -> Endpoint {
    Endpoint(
      "rotatePasscode", "POST", "/v1/meetings/{meeting}/passcode", access: .frontEnds(.meetings, bearer: .session),
      secret: nil, cost: .write, body: .optionalObject(secrets: ["value"])
    ) { exchange in
      var body = try exchange.body()
      let kind = try body.optionalWord("kind", PasscodeKind.self)
      let value = try body.optionalSecret("value")
      try body.finish()
      let result = try await services.hostControls.rotatePasscode(
        of: exchange.meetingID, kind: kind, value: value, ifVersion: exchange.ifMatch(), caller: exchange.caller
      ).value()
      switch result {
      case .rotated(let passcode):
        return .json(200) { json in
          json.member("passcode", passcode)
          if let link = exchange.caller.frontEnd.link {
            json.member("url", link.url(to: exchange.meetingID, passcode: passcode))
          }
        }
      case .tooWeak:
        throw Refusal(.passcodeTooWeak, "At least 8 characters, no run and no repetition.", pointer: "/value")
      case .impossible: throw Refusal(.stateConflict, "This meeting has no passcode, or is over.")
      }
    }
  }
}
