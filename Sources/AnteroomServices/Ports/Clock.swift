package import AnteroomCore

/// Where time comes in. The daemon's is the system's, never running backwards below what the store
/// has seen; a test's stands still until it is moved.
package protocol WallClock: Sendable {
  func now() -> Instant
}
