package import AnteroomCore

package protocol NotificationReading {
  /// Newest first, from before `cursor` on.
  func notifications(of account: AccountID, before cursor: Int64?, limit: Int) throws(StorageFault) -> Page<
    Notification
  >
  /// Oldest first, after a number.
  func notifications(of account: AccountID, after number: Int64, limit: Int) throws(StorageFault) -> [Notification]
}

package protocol NotificationWriting {
  /// Keeps it for the account's owner, who is woken once it is on disk. What `adds` is counted with the one of the
  /// last hour that has the same detail. `detail` holds no secret and no address.
  func notify(
    _ event: NotificationEvent, of account: AccountID, detail: [(key: String, value: String)]
  ) throws(StorageFault)
}
