package import AnteroomCore
import AnteroomServices

/// A refusal on its way out of an endpoint: a problem's code and what helps to mend it.
package struct Refusal: Error, Sendable {
  package let code: ProblemCode
  package var detail: String
  /// RFC 6901, into the request's body.
  package var pointer: String?
  package var retryAfter: Int?
  /// Problem codes of all that is still missing.
  package var required: [ProblemCode]
  package var headers: [(name: String, value: String)]
  /// Notices that have to be answered.
  package var notices: [Notice] = []
  /// Of a password that is blocked: which list or pattern has it.
  package var reasons: [String] = []
  /// How a join was decided, for hosts and operators.
  package var trace: [TraceLine] = []

  package init(
    _ code: ProblemCode, _ detail: String? = nil, pointer: String? = nil, retryAfter: Int? = nil,
    required: [ProblemCode] = [], headers: [(name: String, value: String)] = []
  ) {
    self.code = code
    // A sentence needs its subject: the member that the pointer names.
    let subject = code == .invalidField && detail != nil ? pointer.map { $0 + " " } : nil
    self.detail = (subject ?? "") + (detail ?? code.title + ".")
    self.pointer = pointer
    self.retryAfter = retryAfter
    self.required = required
    self.headers = headers
  }

  init(_ fault: StorageFault) {
    switch fault {
    case .full: self.init(.storageFull, "There is no space left to write to. Nothing was changed.")
    case .unavailable: self.init(.storageUnavailable, "The storage did not answer.", retryAfter: 5)
    }
  }

  /// RFC 9457, with the contract's members.
  package var reply: Reply {
    let body = JSONText.object { json in
      json.member("type", "urn:anteroom:problem:" + code.rawValue)
      json.member("title", code.title)
      json.member("status", code.status)
      json.member("code", code.rawValue)
      json.member("detail", detail)
      if let pointer { json.member("pointer", pointer) }
      if let retryAfter { json.member("retry_after", retryAfter) }
      if !notices.isEmpty { json.array("notices", notices) { $0.notice($1) } }
      if !reasons.isEmpty { json.array("reasons", reasons) { $0.value($1) } }
      if !trace.isEmpty { json.array("trace", trace) { $0.traceLine($1) } }
      if !required.isEmpty { json.array("required", required) { json, code in json.value(code.rawValue) } }
    }
    var headers = headers
    if code.status == 401 { headers.append(("WWW-Authenticate", "Bearer")) }
    if code.status == 429 || code.status == 503 {
      headers.append(("Retry-After", String(retryAfter ?? 1)))
    }
    return Reply(status: code.status, contentType: "application/problem+json", headers: headers, body: body)
  }
}
