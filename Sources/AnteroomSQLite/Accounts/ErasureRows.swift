import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  func wasErased(_ username: Digest) throws(StorageFault) -> Bool {
    try db.one("SELECT 1 FROM erased_usernames WHERE digest = ?", [.digest(username)]) { _ in true } ?? false
  }
}

extension SQLiteTransaction {
  func noteErased(_ username: Digest) throws(StorageFault) {
    try db.run(
      "INSERT OR IGNORE INTO erased_usernames (digest, erased_at) VALUES (?, ?)", [.digest(username), .time(now)])
  }
}
