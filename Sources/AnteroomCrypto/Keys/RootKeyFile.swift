package import AnteroomServices
import SecretMemory

extension RootKey {
  private static let fileName = "root.key"
  private static let only = byteCount...byteCount

  /// Reads `root.key` from the key directory, or makes both at the first start: the directory 0700, the
  /// key 0600, on disk before this returns. Whether a key may be new at all (a store that already has
  /// records needs the old one) is for the caller to tell by `id`.
  package static func load(directory: String, randomness: any Randomness) throws(RootKeyFault) -> RootKey {
    let folder = try KeyDirectory(path: directory, createsIt: true)
    if let key = try folder.read(fileName, forbidden: 0o177, sizes: only) { return RootKey(material: key) }
    try folder.create(fileName, holding: randomness.secret(RootKey.byteCount))
    // Read back, also where another start was quicker: what is used is what is on disk.
    guard let key = try folder.read(fileName, forbidden: 0o177, sizes: only) else {
      throw .missing(path: folder.path + "/" + fileName)
    }
    return RootKey(material: key)
  }

  /// Reads `root.key` from the directory that systemd names in `$CREDENTIALS_DIRECTORY`; never makes one.
  ///
  /// systemd lets the service's user read by an access control list, whose mask shows as the group's right
  /// to read: that bit says nothing about the group and is let pass here alone.
  package static func loadCredential(directory: String) throws(RootKeyFault) -> RootKey {
    let folder = try KeyDirectory(path: directory, createsIt: false)
    guard let key = try folder.read(fileName, forbidden: 0o137, sizes: only) else {
      throw .missing(path: folder.path + "/" + fileName)
    }
    return RootKey(material: key)
  }
}
