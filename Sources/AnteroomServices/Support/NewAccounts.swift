import AnteroomCore

extension Digests {
  /// Under which an erased account's username is kept from being given out again.
  func erased(_ username: Username) -> Digest {
    keyed(.erasure, context: "username", Array(username.text.utf8).span)
  }
}

extension Transaction {
  /// The one way in for a new account: false where the username is somebody's, or was that of somebody erased. A name
  /// never changes hands.
  func insertNew(_ account: Account, salt: [UInt8], digests: any Digests) throws(StorageFault) -> Bool {
    if try wasErased(digests.erased(account.username)) { return false }
    return try insert(account, salt: salt)
  }
}
