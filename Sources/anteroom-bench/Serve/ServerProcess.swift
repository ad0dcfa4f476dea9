import Glibc

/// A server as a child process, with a pipe to ask it through. Its end is sure: it leaves when the pipe closes.
final class ServerProcess {
  let workplace: Workplace
  private let pid: pid_t
  private let toChild: Int32
  private let fromChild: Int32
  private var isStopped = false

  /// Starts this program again as `serve`, and returns when its sockets listen.
  init(_ mode: Serve.Mode, in base: String, _ options: [String] = []) throws {
    workplace = try Workplace(in: base)
    let input = try ServerProcess.pipe()
    let output = try ServerProcess.pipe()
    (toChild, fromChild) = (input.writing, output.reading)
    let arguments = ["anteroom-bench", "serve", "--mode", mode.rawValue, "--directory", workplace.path] + options
    pid = try ServerProcess.spawn(arguments, input: input.reading, output: output.writing)
    close(input.reading)
    close(output.writing)
    guard try answer() == "ready" else { throw BenchFailure("the server (\(mode.rawValue)) did not start") }
  }

  deinit { stop() }

  /// Its processor time up to now.
  func cpu() throws -> ProcessorTime {
    let line = Array("cpu\n".utf8)
    guard unsafe write(toChild, line, line.count) == line.count, let time = ProcessorTime(line: try answer()) else {
      throw BenchFailure("the server does not say its processor time")
    }
    return time
  }

  func stop() {
    guard !isStopped else { return }
    isStopped = true
    close(toChild)
    close(fromChild)
    for _ in 0..<300 {
      if waitpid(pid, nil, WNOHANG) == pid { return }
      usleep(10_000)
    }
    kill(pid, SIGKILL)
    _ = waitpid(pid, nil, 0)
    workplace.remove()
  }

  private func answer() throws -> String {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while unsafe read(fromChild, &byte, 1) == 1 {
      if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
    throw BenchFailure("a server of the benchmark ended unexpectedly")
  }

  /// Neither end is inherited: a second server that held the first one's would keep it alive.
  private static func pipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    guard unsafe Glibc.pipe(&ends) == 0 else { throw BenchFailure("no pipe (errno \(errno))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func spawn(_ arguments: [String], input: Int32, output: Int32) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // Apart from the terminal's group: at Ctrl-C it sees its pipe close, and removes what it made.
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var environment = unsafe [strdup("SWIFT_BACKTRACE=enable=no"), nil]
    defer {
      for index in unsafe argv.indices { unsafe free(argv[index]) }
      for index in unsafe environment.indices { unsafe free(environment[index]) }
    }
    var pid = pid_t()
    let code = unsafe posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, &argv, &environment)
    guard code == 0 else { throw BenchFailure("cannot start a server (errno \(code))") }
    return pid
  }
}
