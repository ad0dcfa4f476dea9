import AnteroomAPI
import AnteroomCore
import AnteroomDaemon
import AnteroomSQLite
import AnteroomServices
import Testing

/// A session that a recovery code gave binds a new authenticator, and does nothing else.
@Suite struct RecoveryReachTests {
  /// What it may do besides being introspected, which takes no bearer.
  private static let allowed: Set<String> = ["enrolTOTP", "confirmTOTP", "listNotifications", "signOut"]

  /// Bodies that each operation takes as far as its rights are asked.
  private static let bodies = [
    "enrolTOTP": #"{"password":"wrong one"}"#, "confirmTOTP": #"{"code":"000000"}"#,
    "removeTOTP": #"{"password":"x","code":"000000"}"#, "replaceRecoveryCodes": #"{"password":"x","code":"000000"}"#,
    "reauthenticate": #"{"code":"000000"}"#, "changeAccount": #"{"display_name":"Eve"}"#,
    "join": #"{"display_name":"Eve"}"#, "simulateJoin": #"{"display_name":"Eve"}"#,
    "changeRole": #"{"role":"viewer"}"#, "changePublish": #"{"audio":true}"#, "messageJoin": #"{"text":"x"}"#,
    "messageWaiting": #"{"text":"x"}"#, "createBan": #"{"join":"join_00000000000000000000000000"}"#,
    "changeMeeting": #"{"title":"x"}"#,
    "checkPassword": #"{"password":"violet harbour lanterns"}"#,
    "changePassword": #"{"current_password":"x","new_password":"violet harbour lanterns"}"#,
  ]

  private static func target(_ endpoint: Endpoint) -> String {
    let values = [
      "{account}": "me", "{session}": "sess_00000000000000000000000000", "{meeting}": "kq3vm-8tzpa-w2hfd",
      "{join}": "join_00000000000000000000000000", "{invite}": "inv_00000000000000000000000000",
      "{ban}": "ban_00000000000000000000000000", "{frontend}": "web",
    ]
    return values.reduce(endpoint.path) { $0.replacing($1.key, with: $1.value) }
  }

  private static func takesSession(_ endpoint: Endpoint) -> Bool {
    switch endpoint.access.bearer {
    case .session, .sessionOptional, .sessionOrSchedule, .host: true
    case .none, .ticket, .operator: false
    }
  }

  @Test func `FAILURES 53: a recovery code's session may enrol, sign out and read what happened, on every endpoint`()
    async throws
  {
    try await Person.meet { person in
      try await person.bindAuthenticator()
      let endpoints = person.site.composition.api.catalogue.filter(Self.takesSession)
      #expect(endpoints.count > 40)
      var found: Set<String> = []
      for endpoint in endpoints {
        let token = try await person.session([.password, .recoveryCode]).token
        let body: String? =
          switch endpoint.body {
          case .none: nil
          case .object, .optionalObject: Self.bodies[endpoint.operation] ?? "{}"
          }
        let answer = await person.ask(endpoint.method, Self.target(endpoint), token: token, body)
        if answer.status == 403 && answer.code == "second-factor-required" { continue }
        found.insert(endpoint.operation)
        #expect(Self.allowed.contains(endpoint.operation), "\(endpoint.operation): \(answer)")
        #expect(answer.code != "invalid-token", "\(endpoint.operation)")
      }
      #expect(found == Self.allowed)
    }
  }
}
