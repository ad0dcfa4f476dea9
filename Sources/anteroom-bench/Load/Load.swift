import Glibc

/// What one slice of load came to.
struct Sample {
  /// Answers in the measured time.
  var rate: Double
  /// Of those answers, in nanoseconds.
  var latencies: [UInt64]
  /// All answers, the warm-up's too: what the server's processor time is divided by.
  var answers: Int
}

/// Requests against one socket, from one thread, each connection sending the next when the last is answered.
struct Load {
  let socket: String
  /// Connection `i` of `n` sends number `i`, `i + n`, … of these, over and over.
  let requests: [[UInt8]]
  /// Any other status is a failure of the run: a refusal is quicker than what is to be measured.
  let expected: Int

  private struct Lane {
    let wire: Wire
    var next: Int
    var sentAt: UInt64 = 0
  }

  func run(connections: Int, seconds: Double, warmUp: Double) throws -> Sample {
    var lanes = try (0..<connections).map { Lane(wire: try Wire(socket), next: $0 % requests.count) }
    var polled = lanes.map { pollfd(fd: $0.wire.descriptor, events: Int16(POLLIN), revents: 0) }
    var latencies: [UInt64] = []
    latencies.reserveCapacity(1 << 18)
    var answers = 0
    let from = Stopwatch.wall() + UInt64(warmUp * 1e9)
    let end = from + UInt64(seconds * 1e9)
    for index in lanes.indices { try send(&lanes[index], step: connections) }
    var open = connections
    while open > 0 {
      guard unsafe poll(&polled, nfds_t(polled.count), 60_000) > 0 else {
        throw BenchFailure("no answer within a minute")
      }
      for index in polled.indices where polled[index].revents != 0 {
        guard let status = try lanes[index].wire.receive() else { continue }
        let now = Stopwatch.wall()
        guard status == expected else {
          let said = String(decoding: lanes[index].wire.body.prefix(400), as: UTF8.self)
          throw BenchFailure("\(status) and not \(expected): \(said)")
        }
        answers += 1
        if now >= from && now < end { latencies.append(now - lanes[index].sentAt) }
        if now < end {
          try send(&lanes[index], step: connections)
        } else {
          // A negative descriptor is passed over by poll.
          polled[index].fd = -1
          open -= 1
        }
      }
    }
    return Sample(rate: Double(latencies.count) / seconds, latencies: latencies, answers: answers)
  }

  private func send(_ lane: inout Lane, step: Int) throws {
    let request = requests[lane.next]
    lane.next = (lane.next + step) % requests.count
    lane.sentAt = Stopwatch.wall()
    try lane.wire.send(request)
  }
}
