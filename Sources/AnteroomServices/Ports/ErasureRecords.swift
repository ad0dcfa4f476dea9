package import AnteroomCore

package protocol ErasureReading {
  /// Whether a username, by its keyed digest, was that of an account that was erased.
  func wasErased(_ username: Digest) throws(StorageFault) -> Bool
}

package protocol ErasureWriting {
  /// Keeps a username from being given out again.
  func noteErased(_ username: Digest) throws(StorageFault)
  /// Deletes an account with all that is held of the person: what it signed in with, what it was told, invites that
  /// name it, and the salt under which its names in the audit are sealed. Its joins stay as nobody's, so that what
  /// others did with them can be told; bars on it stay, under `digest`. Its joins and its meetings are over.
  func erase(_ account: AccountID, barredAs digest: Digest) throws(StorageFault)
}
