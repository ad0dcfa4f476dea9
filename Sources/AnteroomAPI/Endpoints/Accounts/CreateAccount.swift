import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func createAccount(_ services: Services) -> Endpoint {
    Endpoint(
      "createAccount", "POST", "/v1/accounts", access: .frontEnds(.accounts, bearer: .none), secret: nil, cost: .hash,
      body: .object(secrets: ["password", "known_device"])
    ) { exchange in
      var body = try exchange.body()
      let username = try body.string("username")
      let displayName = try body.optionalString("display_name")
      let password = try body.optionalSecret("password")
      let isHost = try body.isHost() ?? false
      let profile = try body.optionalString("profile", limit: 64)
      let source = try body.source(services.mint)
      try body.finish()
      let creation = try await services.accounts.create(
        AccountService.Draft(
          username: username, displayName: displayName, password: password, isHost: isHost,
          profile: profile, origin: exchange.caller.origin(source), caller: exchange.caller),
        claim: exchange.idempotency
      ) { created in answer(created.account, setupCode: nil, isReplayed: true) }
      switch creation {
      case .created(let created):
        return Reply(
          status: 201, headers: [("ETag", "\"v\(created.account.version)\"")],
          body: answer(created.account, setupCode: created.setupCode, isReplayed: false))
      case .replayed(let answer): return Reply(status: 201, body: answer)
      case .idempotencyConflict: throw Refusal(.idempotencyConflict)
      case .refused(let refusal): throw Refusal(refusal)
      }
    }
  }

  private static func answer(_ account: Account, setupCode: String?, isReplayed: Bool) -> [UInt8] {
    JSONText.object { json in
      json.key("account")
      json.account(account)
      if let setupCode { json.member("setup_code", setupCode) }
      if isReplayed { json.member("replayed", true) }
    }
  }
}

extension BodyReader {
  /// `roles`, of which there is one.
  mutating func isHost() throws(Refusal) -> Bool? {
    guard let roles = try optionalStrings("roles", most: AccountRole.allCases.count) else { return nil }
    for (index, role) in roles.enumerated() where AccountRole(rawValue: role) == nil {
      throw Refusal(.invalidField, "must be one of host", pointer: pointer(to: "roles/\(index)"))
    }
    return roles.contains(AccountRole.host.rawValue)
  }
}

extension Username.Invalid {
  /// What is wrong with a username, for whoever chose it.
  var words: String {
    switch self {
    case .empty: "The username is empty; it has 1 to 64 characters."
    case .tooLong: "The username is longer than 64 characters."
    case .space: "The username holds a space; a dot or a hyphen can stand there."
    case .control: "The username holds a character that cannot be seen."
    case .unassigned: "The username holds a character that Unicode has not assigned yet."
    case .symbol: "The username holds a symbol or a special form; letters, digits and the signs of ASCII are allowed."
    case .direction: "The username mixes what is read from the left with what is read from the right."
    case .place: "The username holds a character where it may not stand."
    }
  }
}

extension Refusal {
  init(_ refusal: AccountRefusal) {
    switch refusal {
    case .usernameTaken: self.init(.usernameTaken, pointer: "/username")
    case .usernameNotAllowed(let flaw): self.init(.usernameNotAllowed, flaw.words, pointer: "/username")
    case .displayNameNotAllowed:
      self.init(.invalidField, "must be 1 to 64 characters that can be shown", pointer: "/display_name")
    case .usernameReserved: self.init(.usernameNotAllowed, "It holds a reserved word.", pointer: "/username")
    case .displayNameReserved: self.init(.nameNotAllowed, "It holds a reserved word.", pointer: "/display_name")
    case .roleNotAllowed: self.init(.permissionDenied, "Roles and profiles are an operator's to give.")
    case .profileUnknown: self.init(.invalidField, "names no profile of this site", pointer: "/profile")
    case .password(let objection): self.init(objection, pointer: "/password")
    case .tooManyAttempts(let seconds): self.init(.tooManyAttempts, retryAfter: seconds)
    case .busy(let seconds): self.init(.busy, retryAfter: seconds)
    case .shuttingDown: self.init(.shuttingDown, retryAfter: 1)
    }
  }

  init(_ objection: PasswordObjection, pointer: String) {
    switch objection {
    case .tooShort(let minimum):
      self.init(.passwordTooShort, "At least \(minimum) characters; a few words make a good one.", pointer: pointer)
    case .tooLong: self.init(.passwordTooLong, "At most 256 characters and 1,024 bytes.", pointer: pointer)
    case .notAllowed:
      self.init(.invalidField, "holds a character that cannot be typed the same way everywhere", pointer: pointer)
    case .blocked(let reason):
      let why =
        switch reason {
        case .common: "It is among the passwords that are tried first."
        case .listed: "It is on this site's list of passwords that are not to be used."
        case .breached: "It is on a list of passwords that were stolen elsewhere."
        case .contextWord: "It is made from the username, the name, or the name of the service."
        case .repetition: "It repeats a character or a short pattern."
        case .sequence: "It is a run along the alphabet, the digits or the keyboard."
        }
      self.init(.passwordBlocked, why, pointer: pointer)
      reasons = [reason.rawValue]
    }
  }
}
