import Glibc
import Synchronization
import Testing

/// A program of the system that knows better: a referee.
enum Tool {
  struct Failed: Error { let status: Int32 }

  /// What it prints, given these bytes as its standard input.
  static func run(_ program: String, _ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
    let (toTool, fromTool, pid) = try spawning.withLock { _ in try spawn(program, arguments) }
    // Little enough for a pipe to hold, so that nobody waits for anybody.
    _ = unsafe write(toTool, input, input.count)
    close(toTool)
    let output = read(fromTool)
    close(fromTool)
    var status: Int32 = 0
    guard unsafe waitpid(pid, &status, 0) == pid, status == 0 else { throw Failed(status: status) }
    return output
  }

  static func lines(_ program: String, _ arguments: [String], input: [UInt8] = []) throws -> [String] {
    String(decoding: try run(program, arguments, input: input), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Ten thousand where `ANTEROOM_FULL` is set, a tenth otherwise.
  static var vectors: Int { unsafe getenv("ANTEROOM_FULL") == nil ? 1_000 : 10_000 }

  // One at a time: a tool that inherits the end of another's pipe keeps it open, and that one waits for its end.
  private static let spawning = Mutex(())

  /// Where to write its input, where to read its output, and its number.
  private static func spawn(_ program: String, _ arguments: [String]) throws -> (Int32, Int32, pid_t) {
    let (input, output) = (try pipe(), try pipe())
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, input.read, STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var pid = pid_t()
    let code = unsafe posix_spawnp(&pid, program, &actions, nil, &words, environ)
    close(input.read)
    close(output.write)
    if code == 0 { return (input.write, output.read, pid) }
    close(input.write)
    close(output.read)
    throw Failed(status: code)
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard unsafe Glibc.pipe(&ends) == 0 else { throw Failed(status: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func read(_ descriptor: Int32) -> [UInt8] {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
      guard count > 0 else { return all }
      all += chunk.prefix(count)
    }
  }
}
