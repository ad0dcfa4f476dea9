import Glibc
import SecretMemory

/// An open directory of keys. Everything goes through its descriptor, so that nobody can put another
/// directory under the same path between two steps.
struct KeyDirectory: ~Copyable {
  let path: String
  private let descriptor: Int32

  init(path: String, createsIt: Bool) throws(RootKeyFault) {
    descriptor = try KeyDirectory.opened(path, createsIt: createsIt)
    self.path = path
  }

  deinit { close(descriptor) }

  /// Nil where there is no such directory.
  static func existing(_ path: String) throws(RootKeyFault) -> KeyDirectory? {
    do throws(RootKeyFault) {
      return try KeyDirectory(path: path, createsIt: false)
    } catch {
      guard case .missing = error else { throw error }
      return nil
    }
  }

  /// The names in it, in no order.
  borrowing func names() throws(RootKeyFault) -> [String] {
    // A descriptor of its own: reading moves its place, and closing the stream closes it.
    let listed = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard listed >= 0, let stream = unsafe fdopendir(listed) else { throw .unusable(path: path, errno: errno) }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      names.append(
        unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
        })
    }
    return names
  }

  /// The key in the file, or nil where there is none.
  borrowing func read(
    _ name: String, forbidden: mode_t, sizes: ClosedRange<Int>
  ) throws(RootKeyFault) -> SecretBytes? {
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
    guard sizes.contains(size) else { throw .wrongLength(path: file, bytes: size) }
    var count = 0
    let key = unsafe SecretBytes(count: size) { buffer in
      count = unsafe Glibc.read(opened, buffer.baseAddress, buffer.count)
    }
    guard count == size else { throw .wrongLength(path: file, bytes: max(count, 0)) }
    return key
  }

  /// Writes a file that did not exist. It gets its name only when it is whole and on disk, so that a crash
  /// leaves no half a key behind; where the name has been taken meanwhile, the file stays as it is.
  borrowing func create(_ name: String, holding key: borrowing SecretBytes) throws(RootKeyFault) {
    let draft = try write(draftOf: name, holding: key)
    defer { remove(draft) }
    do throws(RootKeyFault) {
      try give(name, to: draft)
    } catch {
      guard case .unusable(_, EEXIST) = error else { throw error }
    }
  }

  /// A file of its own, whole and on disk, that nobody looks for; its name.
  borrowing func write(draftOf name: String, holding key: borrowing SecretBytes) throws(RootKeyFault) -> String {
    let draft = "\(name).\(getpid())"
    let file = path + "/" + name
    // Of an earlier process of this number that did not get further.
    remove(draft)
    let opened = unsafe openat(descriptor, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard opened >= 0 else { throw .unusable(path: file, errno: errno) }
    defer { close(opened) }
    let written = unsafe key.withPointer { base, count in unsafe Glibc.write(opened, base, count) }
    guard written == key.count, fchmod(opened, 0o600) == 0, fsync(opened) == 0 else {
      let code = written == key.count ? errno : ENOSPC
      remove(draft)
      throw .unusable(path: file, errno: code)
    }
    return draft
  }

  /// On disk when it returns. `link` refuses a name that is taken.
  borrowing func give(_ name: String, to draft: String) throws(RootKeyFault) {
    guard unsafe linkat(descriptor, draft, descriptor, name, 0) == 0, fsync(descriptor) == 0 else {
      throw .unusable(path: path + "/" + name, errno: errno)
    }
  }

  borrowing func remove(_ name: String) { _ = unsafe unlinkat(descriptor, name, 0) }

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
