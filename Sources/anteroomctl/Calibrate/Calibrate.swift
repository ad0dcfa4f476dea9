import ArgumentParser
import Glibc

/// Hands over to the daemon's own program: what hashes there is what is measured.
struct Calibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Measure this machine and propose a cost for password hashes.",
    discussion: """
      Runs anteroomd --calibrate, which hashes as the daemon does and prints lines for the configuration; nothing is \
      changed. Run it on the machine that will hash, while that is otherwise idle. A cost below the floor (19 MiB and \
      2 passes) is never proposed. A new cost is taken up by a restart, and each password gets it at its owner's next \
      sign-in.
      """)

  @OptionGroup var global: GlobalOptions
  @Option(help: "What one hash may take while all threads hash.") var milliseconds = 500
  @Option(name: .customLong("memory-mib"), help: "Memory for all threads together, in MiB.") var memoryMiB = 512
  @Option(help: "Hashes at a time; the number of cores, at most 4, by default.") var concurrency: Int?

  func validate() throws {
    guard (1...60_000).contains(milliseconds) else { throw ValidationError("--milliseconds is 1 to 60000") }
    guard (19...65_536).contains(memoryMiB) else { throw ValidationError("--memory-mib is 19 to 65536") }
    guard (1...64).contains(concurrency ?? 1) else { throw ValidationError("--concurrency is 1 to 64") }
  }

  func run() throws {
    var arguments = [
      "anteroomd", "--calibrate", "--milliseconds", String(milliseconds), "--memory-mib", String(memoryMiB),
    ]
    if let concurrency { arguments += ["--concurrency", String(concurrency)] }
    if global.json { arguments.append("--json") }
    // Beside this program, where both are installed; else wherever the shell would find it.
    for program in [Self.neighbour, "anteroomd"].compactMap({ $0 }) { Self.become(program, arguments) }
    throw Failure(
      .failed, "could not measure this machine", why: "anteroomd is neither beside anteroomctl nor in PATH",
      next: "run anteroomd --calibrate where it is installed")
  }

  private static var neighbour: String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe buffer.baseAddress.map { unsafe readlink("/proc/self/exe", $0, buffer.count) } ?? 0
    }
    guard count > 0, let slash = bytes[..<count].lastIndex(of: UInt8(ascii: "/")) else { return nil }
    return String(decoding: bytes[...slash], as: UTF8.self) + "anteroomd"
  }

  /// Does not return where there is such a program.
  private static func become(_ program: String, _ arguments: [String]) {
    var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    _ = unsafe execvp(program, &words)
    unsafe words.forEach { unsafe free($0) }
  }
}
