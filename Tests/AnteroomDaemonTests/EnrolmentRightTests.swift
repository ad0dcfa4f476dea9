import AnteroomAPI
import AnteroomCore
import AnteroomDaemon
import AnteroomSQLite
import AnteroomServices
import Testing

/// Who may bind an authenticator. The refusals come before the password is tested, whose own refusal shows the rest.
@Suite struct EnrolmentRightTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Nil: there is no authenticator. True: it is disabled.
    let isDisabled: Bool?
    let methods: [SignInMethod]
    let age: Int
    let status: Int
    let code: String

    init(
      _ sentence: String, _ isDisabled: Bool?, _ methods: [SignInMethod], age: Int = 0, _ status: Int, _ code: String
    ) {
      self.testDescription = sentence
      self.isDisabled = isDisabled
      self.methods = methods
      self.age = age
      self.status = status
      self.code = code
    }
  }

  @Test(arguments: [
    Case("the first one takes a password", nil, [.password], age: 3000, 401, "invalid-credentials"),
    Case("one factor does not replace two", false, [.password], 403, "second-factor-required"),
    Case("two that were just shown do", false, [.password, .totp], age: 300, 401, "invalid-credentials"),
    Case(
      "two that were shown a while ago do not", false, [.password, .totp], age: 301, 403, "reauthentication-required"),
    Case("a disabled one counts", true, [.password, .totp], 409, "state-conflict"),
    Case("a disabled one counts for one factor too", true, [.password], 403, "second-factor-required"),
    Case("a recovery code replaces", false, [.password, .recoveryCode], age: 3000, 401, "invalid-credentials"),
    Case("a recovery code opens a disabled one", true, [.password, .recoveryCode], 401, "invalid-credentials"),
  ])
  func `a second factor is replaced by it, shown just now, or by a recovery code`(_ test: Case) async throws {
    try await Person.meet(isHost: false) { person in
      if let isDisabled = test.isDisabled { try await person.bindAuthenticator(isDisabled: isDisabled) }
      let token = try await person.session(test.methods, age: test.age).token
      let answer = await person.ask("POST", "/v1/accounts/me/totp", token: token, #"{"password":"wrong one"}"#)
      #expect(answer.status == test.status)
      #expect(answer.code == test.code)
    }
  }

  @Test func `an authenticator on probation is gone after an hour`() async throws {
    try await Person.meet { person in
      let account = person.id
      let store = person.site.composition.store
      try await store.write { tx throws(StorageFault) in
        try tx.insert(
          pending: Authenticator(
            id: AuthenticatorID(known: "auth_1"), account: account, sealedSecret: [0], confirmed: false,
            state: AuthenticatorState(lastStep: 0, failures: 0, disabled: false),
            expiresAt: tx.now.adding(seconds: SignInPolicy.enrolmentSeconds)))
      }
      person.site.clock.advance(seconds: SignInPolicy.enrolmentSeconds - 1)
      for expected in [true, false] {
        let isThere = try await store.read { snapshot throws(StorageFault) in
          try snapshot.authenticator(of: account, confirmed: false) != nil
        }
        #expect(isThere == expected)
        person.site.clock.advance(seconds: 1)
      }
    }
  }
}
