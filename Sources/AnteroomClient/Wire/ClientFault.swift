/// Why there is no answer at all. A refusal by the daemon is an `Answer`, not a fault.
package enum ClientFault: Error, Equatable, Sendable {
  /// Nothing is at the path.
  case noSocket(path: String)
  /// Something is at the path, and nobody listens there.
  case refused(path: String)
  /// The path, or a directory above it, may not be used by this user.
  case notPermitted(path: String)
  /// A socket path holds at most 107 bytes.
  case pathTooLong(path: String)
  /// Connecting failed otherwise; the system's error number.
  case unreachable(path: String, errno: Int32)
  case timedOut
  /// The connection ended before the answer was complete. Whether a change took place is not known.
  case closed
  /// The answer is not HTTP as it is read here.
  case malformedAnswer(String)
  /// The answer is larger than the client takes.
  case answerTooLarge
  /// The request holds what cannot stand in a request line or a header.
  case malformedRequest(String)
}
