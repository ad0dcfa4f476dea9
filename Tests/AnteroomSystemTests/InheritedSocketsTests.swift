import AnteroomSystem
import Glibc
import Testing

/// Handed-over descriptors begin at 3, so each case runs in a process of its own, where 3 and 4 are put in place.
@Suite struct InheritedSocketsTests {
  @Test(
    arguments: [
      [:], ["LISTEN_FDS": "1"], ["LISTEN_FDS": "1", "LISTEN_PID": "8"], ["LISTEN_FDS": "0", "LISTEN_PID": "7"],
      ["LISTEN_FDS": "1", "LISTEN_PID": "+7"],
    ] as [[String: String]])
  func `what is not announced to this process is left alone`(environment: [String: String]) throws {
    let none = try InheritedSockets(environment: environment, pid: 7, adminGroup: nil)
    #expect(none.frontend == nil)
    #expect(none.admin == nil)
  }

  @Test(arguments: [
    ("x", "frontend"), ("-1", "frontend"), ("65", "frontend"), ("2", "frontend"), ("1", ""), ("1", "connection"),
    ("1", "Frontend"), ("1", "frontend:admin"),
  ])
  func `a number or a name that is not right stops the start`(count: String, names: String) {
    let environment = ["LISTEN_FDS": count, "LISTEN_PID": "7", "LISTEN_FDNAMES": names]
    #expect(throws: SetupRefusal.self) {
      try InheritedSockets(environment: environment, pid: 7, adminGroup: nil)
    }
  }

  @Test func `sockets are adopted by name and refused when they are wider, unbound, or something else`() async {
    await #expect(processExitsWith: .success) {
      let cases: [(name: String, mode: UInt32, group: Bool, adopted: Bool)] = [
        ("frontend", 0o660, false, true), ("frontend", 0o600, false, true), ("frontend", 0o666, false, false),
        ("frontend", 0o661, false, false), ("admin", 0o600, false, true), ("admin", 0o660, false, false),
        ("admin", 0o660, true, true), ("admin", 0o666, true, false), ("other", 0o600, false, false),
      ]
      try inDirectory { directory in
        for (name, mode, group, adopted) in cases {
          let bound = try BoundSocket.bind(path: directory + "/s", mode: mode, group: nil)
          place(bound.descriptor)
          let got = adopt(name, adminGroup: group ? getegid() : nil)
          guard (got?.frontend == first) == (adopted && name == "frontend"),
            (got?.admin == first) == (adopted && name == "admin"), (got != nil) == adopted
          else { exit(1) }
          guard !adopted || fcntl(first, F_GETFD) & FD_CLOEXEC != 0 else { exit(2) }
          // Otherwise the next one would find somebody who answers.
          close(first)
        }
        place(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        guard adopt("frontend", adminGroup: nil) == nil else { exit(3) }
        place(datagramReceiver(directory + "/n"))
        guard adopt("frontend", adminGroup: nil) == nil else { exit(4) }
        place(unsafe open("/dev/null", O_RDWR))
        guard adopt("frontend", adminGroup: nil) == nil else { exit(5) }
      }
    }
  }
}

/// Not the 3 of the service manager: in the process of an exit test that may be the testing library's own.
let first: Int32 = 40

/// Makes `descriptor` the first one that is handed over, whatever that was.
func place(_ descriptor: Int32) {
  guard descriptor != first else { return }
  dup2(descriptor, first)
  close(descriptor)
}

func adopt(_ name: String, adminGroup: UInt32?) -> InheritedSockets? {
  try? InheritedSockets(
    environment: ["LISTEN_FDS": "1", "LISTEN_PID": "7", "LISTEN_FDNAMES": name], pid: 7,
    adminGroup: adminGroup, first: first)
}
