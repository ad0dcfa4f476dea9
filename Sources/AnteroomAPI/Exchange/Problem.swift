/// Every refusal and fault that a client can meet, as RFC 9457 problem details. The code is the
/// contract's; the status belongs to the code.
package enum ProblemCode: String, Sendable, CaseIterable {
  case malformedJSON = "malformed-json"
  case malformedRequest = "malformed-request"
  case browserRequest = "browser-request"
  case invalidCredentials = "invalid-credentials"
  case invalidToken = "invalid-token"
  case peerNotAllowed = "peer-not-allowed"
  case permissionDenied = "permission-denied"
  case notHost = "not-host"
  case secondFactorRequired = "second-factor-required"
  case reauthenticationRequired = "reauthentication-required"
  case joinRefused = "join-refused"
  case passcodeRequired = "passcode-required"
  case inviteRequired = "invite-required"
  case signInRequired = "sign-in-required"
  case meetingEnded = "meeting-ended"
  case meetingLocked = "meeting-locked"
  case meetingFull = "meeting-full"
  case notOpenYet = "not-open-yet"
  case noticeRequired = "notice-required"
  case nameRequired = "name-required"
  case nameNotAllowed = "name-not-allowed"
  case notFound = "not-found"
  case methodNotAllowed = "method-not-allowed"
  case requestTimeout = "request-timeout"
  case usernameTaken = "username-taken"
  case meetingExists = "meeting-exists"
  case stateConflict = "state-conflict"
  case participantActionRequired = "participant-action-required"
  case idempotencyConflict = "idempotency-conflict"
  case grantAlreadyUsed = "grant-already-used"
  case grantOutdated = "grant-outdated"
  case stale = "stale"
  case bodyTooLarge = "body-too-large"
  case unsupportedMediaType = "unsupported-media-type"
  case headersTooLarge = "headers-too-large"
  case invalidField = "invalid-field"
  case passwordTooShort = "password-too-short"
  case passwordTooLong = "password-too-long"
  case passwordBlocked = "password-blocked"
  case passcodeTooWeak = "passcode-too-weak"
  case usernameNotAllowed = "username-not-allowed"
  case policyFloor = "policy-floor"
  case unprotected = "unprotected"
  case tooManyAttempts = "too-many-attempts"
  case busy = "busy"
  case shuttingDown = "shutting-down"
  case storageUnavailable = "storage-unavailable"
  case storageFull = "storage-full"

  package var status: Int {
    switch self {
    case .malformedJSON, .malformedRequest, .browserRequest: 400
    case .invalidCredentials, .invalidToken: 401
    case .peerNotAllowed, .permissionDenied, .notHost, .secondFactorRequired, .reauthenticationRequired,
      .joinRefused, .passcodeRequired, .inviteRequired, .signInRequired, .meetingEnded, .meetingLocked,
      .meetingFull, .notOpenYet, .noticeRequired, .nameRequired, .nameNotAllowed:
      403
    case .notFound: 404
    case .methodNotAllowed: 405
    case .requestTimeout: 408
    case .usernameTaken, .meetingExists, .stateConflict, .idempotencyConflict, .grantAlreadyUsed, .grantOutdated,
      .participantActionRequired:
      409
    case .stale: 412
    case .bodyTooLarge: 413
    case .unsupportedMediaType: 415
    case .headersTooLarge: 431
    case .invalidField, .passwordTooShort, .passwordTooLong, .passwordBlocked, .passcodeTooWeak,
      .usernameNotAllowed, .policyFloor, .unprotected:
      422
    case .tooManyAttempts: 429
    case .busy, .shuttingDown, .storageUnavailable: 503
    case .storageFull: 507
    }
  }

  package var title: String {
    switch self {
    case .malformedJSON: "The body is not the JSON that this operation reads"
    case .malformedRequest: "The request is not well-formed HTTP"
    case .browserRequest: "A browser's request reached the socket"
    case .invalidCredentials: "The credentials are not right"
    case .invalidToken: "The token is not valid"
    case .peerNotAllowed: "This process may not speak here"
    case .permissionDenied: "This front end may not do that"
    case .notHost: "Only a host may do that"
    case .secondFactorRequired: "A second factor is required"
    case .reauthenticationRequired: "Show again who you are"
    case .joinRefused: "The join was refused"
    case .passcodeRequired: "A passcode is required"
    case .inviteRequired: "An invitation is required"
    case .signInRequired: "Sign in to join"
    case .meetingEnded: "The meeting has ended"
    case .meetingLocked: "The meeting is locked"
    case .meetingFull: "The meeting is full"
    case .notOpenYet: "The meeting is not open yet"
    case .noticeRequired: "A notice has to be answered first"
    case .participantActionRequired: "The person has to do something first"
    case .policyFloor: "The policy does not let this be looser"
    case .nameRequired: "A name is required"
    case .nameNotAllowed: "This name is not allowed"
    case .notFound: "Not found"
    case .methodNotAllowed: "The method is not one of this resource's"
    case .requestTimeout: "The request did not arrive in time"
    case .usernameTaken: "The username is taken"
    case .meetingExists: "The meeting exists"
    case .stateConflict: "Not possible in this state"
    case .idempotencyConflict: "The idempotency key was used with another body"
    case .grantAlreadyUsed: "The grant was used already"
    case .grantOutdated: "The grant is out of date"
    case .stale: "It has changed since"
    case .bodyTooLarge: "The body is too large"
    case .unsupportedMediaType: "The body must be application/json"
    case .headersTooLarge: "The headers are too large"
    case .invalidField: "A field is not valid"
    case .passwordTooShort: "The password is too short"
    case .passwordTooLong: "The password is too long"
    case .passwordBlocked: "The password is easy to guess"
    case .passcodeTooWeak: "The passcode is too easy to guess"
    case .usernameNotAllowed: "The username is not allowed"
    case .unprotected: "The meeting would be open to anybody"
    case .tooManyAttempts: "Too many attempts"
    case .busy: "Busy"
    case .shuttingDown: "Shutting down"
    case .storageUnavailable: "The storage is unavailable"
    case .storageFull: "The storage is full"
    }
  }
}
