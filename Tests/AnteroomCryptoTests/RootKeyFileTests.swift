import Glibc
import Testing

@testable import AnteroomCrypto

/// A directory of its own for each test, taken away afterwards.
private final class Scratch {
  let path: String

  init() throws {
    var template = Array("/tmp/anteroom-keys-XXXXXX".utf8CString)
    try #require(unsafe mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in ["keys/root.key", "root.key", "other"] { _ = unsafe unlink("\(path)/\(name)") }
    for name in ["keys", "root.key"] { _ = unsafe rmdir("\(path)/\(name)") }
    _ = unsafe unlink("\(path)/keys")
    _ = unsafe rmdir(path)
  }

  func write(_ name: String, bytes: Int = 32, mode: mode_t = 0o600) {
    let descriptor = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_EXCL, mode)
    _ = unsafe Glibc.write(descriptor, [UInt8](repeating: 7, count: bytes), bytes)
    fchmod(descriptor, mode)
    close(descriptor)
  }

  func mode(_ name: String) -> mode_t {
    var status = stat()
    return unsafe lstat("\(path)/\(name)", &status) == 0 ? status.st_mode : 0
  }
}

private func load(_ directory: String) throws(RootKeyFault) -> RootKey {
  try RootKey.load(directory: directory, randomness: SeededRandomness())
}

@Suite struct RootKeyFileTests {
  @Test func `the first start makes directory and key for the owner alone, the next reads the same key`() throws {
    let scratch = try Scratch()
    let first = try load(scratch.path + "/keys")
    let second = try RootKey.load(directory: scratch.path + "/keys", randomness: SeededRandomness(99))
    #expect(scratch.mode("keys") == S_IFDIR | 0o700)
    #expect(scratch.mode("keys/root.key") == S_IFREG | 0o600)
    #expect(first.id == second.id)
    #expect(first.id.utf8.count == 16)
    // Nothing but the key is left behind.
    #expect(unsafe unlink(scratch.path + "/keys/root.key") == 0)
    #expect(unsafe rmdir(scratch.path + "/keys") == 0)
  }

  @Test(arguments: [0o640, 0o604, 0o660, 0o644, 0o700, 0o666] as [mode_t])
  func `a key that others may read or write, or that can be run, stops the start`(mode: mode_t) throws {
    let scratch = try Scratch()
    scratch.write("root.key", mode: mode)
    #expect(throws: RootKeyFault.tooOpen(path: scratch.path + "/root.key", mode: mode)) { try load(scratch.path) }
  }

  @Test(arguments: [0, 1, 31, 33, 64, 100_000])
  func `a key of another length stops the start`(count: Int) throws {
    let scratch = try Scratch()
    scratch.write("root.key", bytes: count)
    #expect(throws: RootKeyFault.wrongLength(path: scratch.path + "/root.key", bytes: count)) { try load(scratch.path) }
  }

  @Test func `a symbolic link in the key's place is not followed`() throws {
    let scratch = try Scratch()
    scratch.write("other")
    try #require(unsafe symlink("other", scratch.path + "/root.key") == 0)
    #expect(throws: RootKeyFault.symbolicLink(path: scratch.path + "/root.key")) { try load(scratch.path) }
  }

  @Test func `nor is a dangling one, which would make the key elsewhere`() throws {
    let scratch = try Scratch()
    try #require(unsafe symlink("other", scratch.path + "/root.key") == 0)
    #expect(throws: RootKeyFault.symbolicLink(path: scratch.path + "/root.key")) { try load(scratch.path) }
    #expect(scratch.mode("other") == 0)
  }

  @Test func `nor is one in the directory's place`() throws {
    let scratch = try Scratch()
    try #require(unsafe symlink(".", scratch.path + "/keys") == 0)
    #expect(throws: RootKeyFault.symbolicLink(path: scratch.path + "/keys")) { try load(scratch.path + "/keys") }
  }

  @Test func `a directory or a pipe in the key's place stops the start and does not hold it up`() throws {
    let scratch = try Scratch()
    try #require(unsafe mkdir(scratch.path + "/root.key", 0o700) == 0)
    #expect(throws: RootKeyFault.notRegular(path: scratch.path + "/root.key")) { try load(scratch.path) }
    try #require(unsafe rmdir(scratch.path + "/root.key") == 0)
    try #require(unsafe mkfifo(scratch.path + "/root.key", 0o600) == 0)
    #expect(throws: RootKeyFault.notRegular(path: scratch.path + "/root.key")) { try load(scratch.path) }
  }

  @Test func `a directory that others may write stops the start`() throws {
    let scratch = try Scratch()
    try #require(unsafe chmod(scratch.path, 0o770) == 0)
    #expect(throws: RootKeyFault.tooOpen(path: scratch.path, mode: 0o770)) { try load(scratch.path) }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
  func `a key that belongs to somebody else stops the start`() throws {
    let scratch = try Scratch()
    scratch.write("root.key")
    try #require(unsafe chown(scratch.path + "/root.key", 12345, 12345) == 0)
    #expect(throws: RootKeyFault.wrongOwner(path: scratch.path + "/root.key", uid: 12345)) { try load(scratch.path) }
  }

  @Test func `a credential is read, also with the mask bit of systemd's access list, and never made`() throws {
    let scratch = try Scratch()
    #expect(throws: RootKeyFault.missing(path: scratch.path + "/root.key")) {
      try RootKey.loadCredential(directory: scratch.path)
    }
    #expect(throws: RootKeyFault.missing(path: scratch.path + "/keys")) {
      try RootKey.loadCredential(directory: scratch.path + "/keys")
    }
    scratch.write("root.key", mode: 0o440)
    #expect(try RootKey.loadCredential(directory: scratch.path).id.utf8.count == 16)
    try #require(unsafe chmod(scratch.path + "/root.key", 0o444) == 0)
    #expect(throws: RootKeyFault.tooOpen(path: scratch.path + "/root.key", mode: 0o444)) {
      try RootKey.loadCredential(directory: scratch.path)
    }
  }
}
