package import AnteroomCore

package protocol ErasureReading {
  /// Whether a username, by its keyed digest, was that of an account that was erased.
  func wasErased(_ username: Digest) throws(StorageFault) -> Bool
}

package protocol ErasureWriting {
  /// Keeps a username from being given out again.
  func noteErased(_ username: Digest) throws(StorageFault)
}
