import AnteroomCore
import AnteroomServices
import AnteroomSystem
import Glibc
import SecretMemory
import Testing

@Suite struct ReadinessTests {
  @Test(arguments: [false, true])
  func `the manager hears each state, at a path and in the abstract space`(abstract: Bool) throws {
    try inDirectory { directory in
      let path = abstract ? "@anteroom-test-\(getpid())" : directory + "/n"
      let manager = datagramReceiver(path)
      defer { close(manager) }
      let notifier = ReadinessNotifier(socketPath: path)
      notifier.ready(status: "serving")
      #expect(received(manager) == "READY=1\nSTATUS=serving")
      notifier.status("a\nSTOPPING=1")
      #expect(received(manager) == "STATUS=a STOPPING=1")
      notifier.reloading()
      let lines = received(manager)?.split(separator: "\n").map(String.init) ?? []
      #expect(lines.first == "RELOADING=1")
      #expect(lines.last?.hasPrefix("MONOTONIC_USEC=") == true)
      notifier.watchdog()
      #expect(received(manager) == "WATCHDOG=1")
      notifier.stopping()
      #expect(received(manager) == "STOPPING=1")
      ReadinessNotifier(socketPath: nil).ready(status: "")
      #expect(received(manager) == nil)
    }
  }

  @Test(
    arguments: [
      ("3000000", nil, Duration.seconds(3)), ("3000000", "7", .seconds(3)), ("3000000", "8", nil), ("0", nil, nil),
      ("+1", nil, nil), ("", nil, nil), (nil, nil, nil), ("3s", nil, nil),
    ] as [(String?, String?, Duration?)])
  func `the watchdog's interval is read for this process alone`(
    microseconds: String?, watched: String?, expected: Duration?
  ) {
    #expect(ReadinessNotifier.watchdogInterval(microseconds: microseconds, watchedPID: watched, pid: 7) == expected)
  }

  @Test(arguments: [
    ("         0          0 4294967295\n", false), ("0 100000 65536\n", true), ("0 0 1\n", true), ("", true),
    ("0 0 4294967295\n1 1 1\n", true), ("nonsense", true),
  ])
  func `uids mean what they say only where all map to themselves`(map: String, inside: Bool) {
    #expect(ProcessHardening.isInUserNamespace(uidMap: map) == inside)
  }

  @Test func `a hardened process leaves no core, hides its memory and makes private files`() async {
    await #expect(processExitsWith: .success) {
      try ProcessHardening.apply()
      var limit = rlimit(rlim_cur: 1, rlim_max: 1)
      unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
      guard !ProcessHardening.isDumpable, limit.rlim_cur == 0, limit.rlim_max == 0, umask(0) == 0o077 else { exit(1) }
    }
  }

  @Test func `a second daemon is refused and told who has the store, until the first is gone`() throws {
    try inDirectory { directory in
      var first: InstanceLock? = try InstanceLock(path: directory + "/lock", pid: 4711)
      let refusal = #expect(throws: SetupRefusal.self) { try InstanceLock(path: directory + "/lock", pid: 4712) }
      #expect(refusal?.problem == "process 4711 is running on the same store")
      #expect(modeOfFile(directory + "/lock") == 0o600)
      _ = first
      first = nil
      _ = try InstanceLock(path: directory + "/lock", pid: 4712)
    }
  }

  @Test func `chance fills every byte, and the clock agrees with the kernel's`() {
    let draws = (0..<64).map { _ in SystemRandomness().bytes(8) }
    #expect(Set(draws).count == 64)
    for place in 0..<8 { #expect(Set(draws.map { $0[place] }).count > 1) }
    #expect(SystemRandomness().bytes(0).isEmpty)
    let secret = SystemRandomness().secret(32).withBytes { bytes in bytes.indices.contains { bytes[$0] != 0 } }
    #expect(secret)
    let seconds = Int64(time(nil))
    #expect(abs(SystemClock().now().seconds - seconds) <= 1)
  }
}
