/// A refusal as the daemon words it (RFC 9457).
package struct Problem: Error, Equatable, Sendable {
  package let status: Int
  /// One of the contract's codes; empty when the answer carried no problem document.
  package let code: String
  package let title: String
  package let detail: String?
  /// Where in the body it lies (RFC 6901).
  package let pointer: String?
  /// Seconds to wait, from the document or from `Retry-After`.
  package let retryAfter: Int?
  package let required: [String]
  /// Names this refusal in the daemon's log and audit.
  package let requestID: String?

  package init(
    status: Int, code: String, title: String = "", detail: String? = nil, pointer: String? = nil,
    retryAfter: Int? = nil, required: [String] = [], requestID: String? = nil
  ) {
    self.status = status
    self.code = code
    self.title = title
    self.detail = detail
    self.pointer = pointer
    self.retryAfter = retryAfter
    self.required = required
    self.requestID = requestID
  }

  /// Reads what the answer says of itself; what is missing or unreadable stays empty, because a
  /// refusal must be reported whatever it looks like.
  package init(_ answer: Answer) {
    let document = (try? answer.json()) ?? .null
    self.init(
      status: answer.status, code: document["code"]?.text ?? "", title: document["title"]?.text ?? "",
      detail: document["detail"]?.text, pointer: document["pointer"]?.text,
      retryAfter: document["retry_after"]?.integer ?? answer.header("retry-after").flatMap { Int($0) },
      required: document["required"]?.items?.compactMap(\.text) ?? [], requestID: answer.requestID)
  }
}

extension Answer {
  /// Throws the answer's problem unless it says 2xx.
  package func accepted() throws(Problem) -> Answer {
    guard succeeded else { throw Problem(self) }
    return self
  }
}
