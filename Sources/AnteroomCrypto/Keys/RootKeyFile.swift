package import AnteroomServices
import Glibc
import SecretMemory

extension RootKey {
  private static let fileName = "root.key"

  /// Reads `root.key` from the key directory, or makes both at the first start: the directory 0700, the
  /// key 0600, on disk before this returns. Whether a key may be new at all (a store that already has
  /// records needs the old one) is for the caller to tell by `id`.
  package static func load(directory: String, randomness: any Randomness) throws(RootKeyFault) -> RootKey {
    let folder = try KeyDirectory(path: directory, createsIt: true)
    if let key = try folder.read(fileName, forbidden: 0o177) { return RootKey(material: key) }
    try folder.create(fileName, holding: randomness.secret(RootKey.byteCount))
    // Read back, also where another start was quicker: what is used is what is on disk.
    guard let key = try folder.read(fileName, forbidden: 0o177) else {
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
    guard let key = try folder.read(fileName, forbidden: 0o137) else {
      throw .missing(path: folder.path + "/" + fileName)
    }
    return RootKey(material: key)
  }
}

/// An open directory of keys. Everything goes through its descriptor, so that nobody can put another
/// directory under the same path between two steps.
private struct KeyDirectory: ~Copyable {
  let path: String
  private let descriptor: Int32

  init(path: String, createsIt: Bool) throws(RootKeyFault) {
    descriptor = try KeyDirectory.opened(path, createsIt: createsIt)
    self.path = path
  }

  deinit { close(descriptor) }

  /// The key in the file, or nil where there is none.
  borrowing func read(_ name: String, forbidden: mode_t) throws(RootKeyFault) -> SecretBytes? {
    let file = path + "/" + name
    // Not blocking, so that a named pipe in its place does not hold up the start.
    let opened = unsafe openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    if opened < 0 {
      switch errno {
      case ENOENT: return nil
      case ELOOP: throw .symbolicLink(path: file)
      case let code: throw .unusable(path: file, errno: code)
      }
    }
    defer { close(opened) }
    let size = try KeyDirectory.inspect(opened, file, forbidden: forbidden, type: S_IFREG)
    guard size == RootKey.byteCount else { throw .wrongLength(path: file, bytes: size) }
    var count = 0
    let key = unsafe SecretBytes(count: RootKey.byteCount) { buffer in
      count = unsafe Glibc.read(opened, buffer.baseAddress, buffer.count)
    }
    guard count == RootKey.byteCount else { throw .wrongLength(path: file, bytes: max(count, 0)) }
    return key
  }

  /// Writes a file that did not exist. It gets its name only when it is whole and on disk, so that a crash
  /// leaves no half a key behind; `link` refuses where the name has been taken meanwhile.
  borrowing func create(_ name: String, holding key: borrowing SecretBytes) throws(RootKeyFault) {
    let draft = "\(name).\(getpid())"
    let file = path + "/" + name
    // Of an earlier process of this number that did not get further.
    _ = unsafe unlinkat(descriptor, draft, 0)
    let opened = unsafe openat(descriptor, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard opened >= 0 else { throw .unusable(path: file, errno: errno) }
    defer {
      close(opened)
      _ = unsafe unlinkat(descriptor, draft, 0)
    }
    let written = unsafe key.withPointer { base, count in unsafe write(opened, base, count) }
    guard written == key.count, fchmod(opened, 0o600) == 0, fsync(opened) == 0,
      unsafe linkat(descriptor, draft, descriptor, name, 0) == 0 || errno == EEXIST,
      fsync(descriptor) == 0
    else { throw .unusable(path: file, errno: errno) }
  }

  private static func opened(_ path: String, createsIt: Bool) throws(RootKeyFault) -> Int32 {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    var descriptor = unsafe open(path, flags)
    if descriptor < 0, errno == ENOENT, createsIt {
      guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .unusable(path: path, errno: errno) }
      descriptor = unsafe open(path, flags)
      if descriptor >= 0 { syncParent(of: descriptor) }
    }
    if descriptor < 0 {
      switch errno {
      case ENOENT: throw .missing(path: path)
      case ELOOP, ENOTDIR: throw .symbolicLink(path: path)
      case let code: throw .unusable(path: path, errno: code)
      }
    }
    do {
      // Whoever may write the directory may replace the key in it.
      _ = try inspect(descriptor, path, forbidden: 0o022, type: S_IFDIR)
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  /// The entry in the parent is what a power loss would take away.
  private static func syncParent(of descriptor: Int32) {
    let parent = unsafe openat(descriptor, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard parent >= 0 else { return }
    _ = fsync(parent)
    close(parent)
  }

  /// The size, once owner, type and mode are what they may be.
  private static func inspect(
    _ descriptor: Int32, _ path: String, forbidden: mode_t, type: mode_t
  ) throws(RootKeyFault) -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .unusable(path: path, errno: errno) }
    guard status.st_mode & S_IFMT == type else { throw .notRegular(path: path) }
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw .wrongOwner(path: path, uid: status.st_uid)
    }
    guard status.st_mode & 0o777 & forbidden == 0 else {
      throw .tooOpen(path: path, mode: status.st_mode & 0o777)
    }
    return Int(status.st_size)
  }
}
