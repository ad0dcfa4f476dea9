import AnteroomSystem
import Glibc
import Testing

@Suite struct SocketTests {
  @Test(arguments: [UInt32(0o600), 0o660, 0o666])
  func `a bound socket has its mode whatever the umask, and leaves the umask as it was`(mode: UInt32) throws {
    try inDirectory { directory in
      let bound = try BoundSocket.bind(path: directory + "/s", mode: mode, group: nil)
      defer { close(bound.descriptor) }
      #expect(modeOfFile(directory + "/s") == mode)
      bound.removeFile()
      #expect(modeOfFile(directory + "/s") == nil)
    }
  }

  @Test func `a socket goes to its group by name, and an unknown group is refused`() throws {
    try inDirectory { directory in
      let bound = try BoundSocket.bind(path: directory + "/s", mode: 0o660, group: groupName())
      close(bound.descriptor)
      #expect(modeOfFile(directory + "/s") == 0o660)
      let refusal = #expect(throws: SetupRefusal.self) {
        try BoundSocket.bind(path: directory + "/t", mode: 0o660, group: "no-such-group")
      }
      #expect(refusal?.remedy.contains("groupadd") == true)
      #expect(modeOfFile(directory + "/t") == nil)
    }
  }

  @Test func `the socket of a dead process is replaced, one that answers and a plain file are not`() throws {
    try inDirectory { directory in
      let path = directory + "/s"
      let dead = try BoundSocket.bind(path: path, mode: 0o600, group: nil)
      close(dead.descriptor)
      let alive = try BoundSocket.bind(path: path, mode: 0o600, group: nil)
      defer { close(alive.descriptor) }
      let refusal = #expect(throws: SetupRefusal.self) { try BoundSocket.bind(path: path, mode: 0o600, group: nil) }
      #expect(refusal?.subject == path)
      #expect(refusal?.problem.contains("answers") == true)
      #expect(connected(to: path) != nil)
      let file = directory + "/f"
      makeFile(file)
      #expect(throws: SetupRefusal.self) { try BoundSocket.bind(path: file, mode: 0o600, group: nil) }
      #expect(modeOfFile(file) != nil)
    }
  }

  @Test(arguments: ["", "relative", "@abstract", "/" + String(repeating: "a", count: 107)])
  func `a path that no socket can have is refused`(path: String) {
    #expect(throws: SetupRefusal.self) { try BoundSocket.bind(path: path, mode: 0o600, group: nil) }
  }

  @Test func `a peer is known by what the kernel says, and a descriptor without one is not`() throws {
    try inDirectory { directory in
      let bound = try BoundSocket.bind(path: directory + "/s", mode: 0o600, group: nil)
      defer { close(bound.descriptor) }
      let client = try #require(connected(to: directory + "/s"))
      defer { close(client) }
      let accepted = accept(bound.descriptor, nil, nil)
      defer { close(accepted) }
      let peer = PeerCredentials.of(accepted)
      #expect(peer?.uid == getuid())
      #expect(peer?.gid == getgid())
      #expect(peer?.pid == getpid())
      #expect(PeerCredentials.of(-1) == nil)
      let datagram = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      defer { close(datagram) }
      #expect(PeerCredentials.of(datagram) == nil)
    }
  }
}
