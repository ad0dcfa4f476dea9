import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func importAccounts(_ services: Services) -> Endpoint {
    Endpoint(
      "importAccounts", "POST", "/v1/accounts/import", access: .operators, secret: nil, cost: .write,
      body: .object(secrets: ["password_hash"])
    ) { exchange in
      var body = try exchange.body()
      let isTrial = try body.optionalBool("dry_run") ?? false
      let drafts = try body.accountsToImport()
      try body.finish()
      let results = try await services.imports.run(drafts, isTrial: isTrial, caller: exchange.caller)
      return Reply(
        status: 200,
        body: JSONText.object { json in
          if isTrial { json.member("dry_run", true) }
          json.key("results")
          json.array(results) { json, result in json.importedAccount(result) }
        })
    }
  }
}

extension BodyReader {
  fileprivate mutating func accountsToImport() throws(Refusal) -> [AccountImportService.Draft] {
    guard let value = take("accounts") else { throw missing("accounts") }
    guard case .array(let values) = value, (1...AccountImportService.most).contains(values.count) else {
      throw wrong("accounts", "a list of 1 to \(AccountImportService.most) accounts")
    }
    var drafts: [AccountImportService.Draft] = []
    for (index, value) in values.enumerated() {
      var account = try BodyReader(value, pointer: pointer(to: "accounts/\(index)"))
      let username = try account.string("username")
      let displayName = try account.optionalString("display_name")
      let isHost = try account.isHost() ?? false
      let vouched = try account.optionalBool("vouched") ?? true
      let profile = try account.optionalString("profile", limit: 64)
      let hash: SecretBox? =
        if let hash = try account.optionalSecret("password_hash") { SecretBox(hash) } else { nil }
      try account.finish()
      drafts.append(
        AccountImportService.Draft(
          username: username, displayName: displayName, isHost: isHost, vouched: vouched, profile: profile, hash: hash))
    }
    return drafts
  }
}

extension JSONText {
  fileprivate mutating func importedAccount(_ result: ImportedAccount) {
    object { json in
      json.member("username", result.username)
      switch result.outcome {
      case .imported(let id, let scheme, let setupCode, let objection):
        json.member("outcome", "imported")
        if let id { json.member("account", id.text) }
        if let scheme { json.member("scheme", scheme) }
        if let setupCode { json.member("setup_code", setupCode) }
        if let objection { json.reason(objection.code, objection.words) }
      case .exists(let id, let hasPassword):
        json.member("outcome", "exists")
        json.member("account", id.text)
        json.member("has_password", hasPassword)
      case .refused(let reason):
        json.member("outcome", "refused")
        json.reason(reason.code, reason.words)
      }
    }
  }

  private mutating func reason(_ code: String, _ detail: String) {
    member("code", code)
    member("detail", detail)
  }
}

extension ImportedAccount.Reason {
  fileprivate var code: String {
    switch self {
    case .usernameNotAllowed: "username-not-allowed"
    case .displayNameNotAllowed: "display-name-not-allowed"
    case .usernameTaken: "username-taken"
    case .namedTwice: "named-twice"
    case .profileUnknown: "profile-unknown"
    case .hash(let objection): objection.code
    }
  }

  fileprivate var words: String {
    switch self {
    case .usernameNotAllowed(let flaw): flaw.words
    case .displayNameNotAllowed: "The display name is not 1 to 64 characters that can be shown."
    case .usernameTaken: "There is, or was, another account of that name."
    case .namedTwice: "The name stands twice in this call."
    case .profileUnknown: "There is no such profile at this site."
    case .hash(let objection): objection.words
    }
  }
}

extension ForeignHashObjection {
  fileprivate var code: String {
    switch self {
    case .unknownScheme: "hash-unknown"
    case .truncates: "hash-truncates"
    case .malformed: "hash-malformed"
    case .cost: "hash-cost"
    }
  }

  fileprivate var words: String {
    switch self {
    case .unknownScheme: "The password hash is of no scheme that is compared here."
    case .truncates: "The password hash is DES's crypt, which looks at eight characters."
    case .malformed(let scheme): "The password hash is not \(scheme) as its programs write it."
    case .cost(let scheme, let bounds): "The password hash is \(scheme) outside of what is computed here: \(bounds)."
    }
  }
}
