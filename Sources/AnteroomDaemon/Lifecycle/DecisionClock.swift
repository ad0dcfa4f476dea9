import AnteroomCore
import AnteroomSQLite
import AnteroomServices

/// One time for all that is decided, signed and verified. A clock that was set back would otherwise sign grants that the
/// store takes for expired, and take codes that have long been over.
struct DecisionClock: WallClock {
  let store: SQLiteStore

  func now() -> Instant { store.now }
}
