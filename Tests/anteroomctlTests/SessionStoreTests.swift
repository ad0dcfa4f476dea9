import AnteroomClient
import Glibc
import Synchronization
import Testing

@testable import anteroomctl

@Suite final class SessionStoreTests {
  private let home = "/tmp/anteroomctl-state-\(getpid())-\(Serial.next())"

  deinit {
    for directory in ["/anteroom", "/elsewhere"] {
      for file in ["/session+s", "/session+run+a.sock"] { _ = unsafe unlink(home + directory + file) }
      _ = unsafe unlink(home + directory)
      _ = unsafe rmdir(home + directory)
    }
    _ = unsafe unlink(home + "/target")
    _ = unsafe rmdir(home)
  }

  private func text(_ token: WipedBytes?) -> String? {
    token?.withBytes { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
  }

  private func mode(_ path: String) -> mode_t? {
    var facts = stat()
    return unsafe stat(path, &facts) == 0 ? facts.st_mode & 0o7777 : nil
  }

  @Test func `a session is kept for its owner alone, and for its socket alone`() throws {
    let store = SessionStore(socket: "/run/a.sock", stateHome: home)
    #expect(text(try store.read()) == nil)
    try store.write(WipedBytes("first"))
    try store.write(WipedBytes("second"))
    #expect(text(try store.read()) == "second")
    #expect(mode(home + "/anteroom") == 0o700)
    #expect(mode(home + "/anteroom/session+run+a.sock") == 0o600)
    #expect(text(try SessionStore(socket: "/run/b.sock", stateHome: home).read()) == nil)
    try store.remove()
    #expect(text(try store.read()) == nil)
  }

  @Test func `a user without a home is not signed in and cannot be`() throws {
    let store = SessionStore(socket: "/s", stateHome: nil)
    #expect(text(try store.read()) == nil)
    let failure = #expect(throws: Failure.self) { try store.write(WipedBytes("token")) }
    #expect(failure?.status == .configuration)
  }

  @Test(arguments: [0o644, 0o660, 0o602] as [mode_t])
  func `a session that others can use is not used`(mode: mode_t) throws {
    let store = SessionStore(socket: "/s", stateHome: home)
    try store.write(WipedBytes("token"))
    #expect(unsafe chmod(home + "/anteroom/session+s", mode) == 0)
    let failure = #expect(throws: Failure.self) { try store.read() }
    #expect(failure?.status == .configuration)
  }

  @Test func `a directory that others can use, and a link in its place, are not used`() throws {
    let store = SessionStore(socket: "/s", stateHome: home)
    try store.write(WipedBytes("token"))
    #expect(unsafe chmod(home + "/anteroom", 0o755) == 0)
    #expect(throws: Failure.self) { try store.read() }
    #expect(throws: Failure.self) { try store.write(WipedBytes("token")) }
    #expect(unsafe chmod(home + "/anteroom", 0o700) == 0)
    #expect(unsafe rename(home + "/anteroom", home + "/elsewhere") == 0)
    #expect(unsafe symlink(home + "/elsewhere", home + "/anteroom") == 0)
    #expect(throws: Failure.self) { try store.read() }
  }

  @Test func `a link in the place of the session is not followed`() throws {
    let store = SessionStore(socket: "/s", stateHome: home)
    try store.write(WipedBytes("token"))
    #expect(unsafe rename(home + "/anteroom/session+s", home + "/target") == 0)
    #expect(unsafe symlink(home + "/target", home + "/anteroom/session+s") == 0)
    #expect(throws: Failure.self) { try store.read() }
  }

  @Test(arguments: [
    ("/run/anteroom/admin.sock", "session+run+anteroom+admin.sock"), ("/a+b", "session+a%2bb"), ("/a/b", "session+a+b"),
    ("/é", "session+%c3%a9"),
  ])
  func `two sockets never share a file`(socket: String, expected: String) throws {
    #expect(try SessionStore.name(socket) == expected)
  }
}

/// Numbers the tests' directories.
private enum Serial {
  private static let count = Atomic<Int>(0)
  static func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
