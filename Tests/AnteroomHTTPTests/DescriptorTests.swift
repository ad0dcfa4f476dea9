import AnteroomHTTP
import Glibc
import Testing

/// Descriptors belong to the whole process, so each of these runs in one of its own.
@Suite(.serialized) struct DescriptorTests {
  @Test func `a thousand clients that leave in the middle of anything leave no descriptor behind`() async {
    await #expect(processExitsWith: .success) {
      try await withServer { path, _ in
        // The first sleep opens descriptors for its timer.
        try await Task.sleep(for: .milliseconds(1))
        let before = openDescriptors()
        let parts = [
          "", "GET", Hostile.get(""), Hostile.post("Content-Length: 9\r\n", "a"),
          Hostile.post(Hostile.chunked, "5\r\na"), "GET /poll HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET /large HTTP/1.1\r\nHost: a\r\n\r\n", "bad\r\n\r\n", Hostile.get("Connection: close\r\n"),
          Hostile.post("Content-Length: 70000\r\n", "abc"),
        ]
        try await blocking {
          for round in 0..<1000 {
            let client = try RawClient(path)
            try client.send(parts[round % parts.count])
            if round % 3 == 0 { client.finishSending() }
          }
        }
        let after = await eventually { openDescriptors() <= before }
        let status = try await blocking {
          let client = try RawClient(path)
          try client.send(Hostile.get(""))
          return try client.answer().status
        }
        guard after, status == 200 else { exit(1) }
      }
    }
  }

  @Test func `without free descriptors nobody is accepted and nothing spins, and afterwards everybody is`() async {
    await #expect(processExitsWith: .success) {
      try await withServer { path, _ in
        let before = descriptorLimit()
        let waiting = try await blocking { () throws -> Held in
          // The client takes the last descriptor, so that the server has none for its end.
          let last = try RawClient(path, before: { limitDescriptors(to: 3) })
          return Held(client: last)
        }
        let spent = try await blocking { () throws -> Double in
          let start = processSeconds()
          usleep(400_000)
          return processSeconds() - start
        }
        limitDescriptors(to: before)
        let status = try await blocking {
          try waiting.send(Hostile.get(""))
          return try waiting.answerStatus()
        }
        guard status == 200, spent < 0.1 else { exit(1) }
      }
    }
  }
}

func descriptorLimit() -> rlim_t {
  var limit = rlimit()
  unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  return limit.rlim_cur
}

func limitDescriptors(to count: rlim_t) {
  var limit = rlimit()
  unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  limit.rlim_cur = count
  unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

/// What the process has used of the processor.
func processSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
