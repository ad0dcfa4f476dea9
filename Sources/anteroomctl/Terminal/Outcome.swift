import AnteroomClient

/// The exit codes of the contract, section 7.
enum Outcome: Int32, CaseIterable {
  case done = 0
  case failed = 1
  case notFound = 3
  case denied = 4
  case conflict = 5
  case rateLimited = 6
  case noDaemon = 7
  case overloaded = 8
  case integrityBroken = 9
  case configuration = 10
  case usage = 64

  /// The status decides; a code moves an answer out of its status' group only where a script would
  /// otherwise do the wrong thing next.
  init(_ problem: Problem) {
    self =
      switch (problem.status, problem.code) {
      // Waiting does not help a store that is gone.
      case (_, "storage-unavailable"), (_, "storage-full"): .failed
      case (401, _), (403, _): .denied
      case (404, _): .notFound
      case (409, _), (412, _): .conflict
      case (429, _): .rateLimited
      case (503, _): .overloaded
      case _: .failed
      }
  }

  init(_ fault: ClientFault) {
    self =
      switch fault {
      case .noSocket, .refused: .noDaemon
      case .notPermitted: .denied
      case .pathTooLong: .usage
      case .malformedRequest: .usage
      case .unreachable, .timedOut, .closed, .malformedAnswer, .answerTooLarge: .failed
      }
  }
}
