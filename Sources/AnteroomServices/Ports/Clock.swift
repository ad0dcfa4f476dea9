package import AnteroomCore

/// Where time comes in. For decisions the daemon's is the system's and never below what the store has seen; a test's
/// stands still until it is moved.
package protocol WallClock: Sendable {
  func now() -> Instant
}
