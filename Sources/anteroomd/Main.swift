import AnteroomCore
import AnteroomDaemon
import AnteroomSystem
import ArgumentParser
import Glibc
import Logging

@main
enum Main {
  static func main() async {
    await Anteroomd.main(CommandArguments.own)
  }
}

/// The daemon's command line. It takes a configuration file and nothing that could be a secret.
struct Anteroomd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "anteroomd", abstract: "Decides who gets into a meeting.",
    discussion: "Runs in the foreground; systemd starts it. anteroomctl speaks to it.", version: Version.text)

  @Option(help: "The configuration file; conf.d/*.toml beside it are read after it.")
  var config = "/etc/anteroom/anteroom.toml"

  @Flag(help: "Read the configuration, say what is wrong with it, and stop.")
  var checkConfig = false

  @Flag(help: "Measure this machine, propose a cost for password hashes, and stop. No configuration is read.")
  var calibrate = false

  @Option(help: "With --calibrate: what one hash may take while all threads hash; 500 by default.")
  var milliseconds: Int?

  @Option(
    name: .customLong("memory-mib"), help: "With --calibrate: memory for all threads together, in MiB; 512 by default.")
  var memoryMiB: Int?

  @Option(help: "With --calibrate: hashes at a time; the number of cores, at most 4, by default.")
  var concurrency: Int?

  @Flag(help: "With --calibrate: print JSON.")
  var json = false

  /// What is wrong with the arguments is said as everything else is.
  static var _errorLabel: String { "anteroomd" }

  func validate() throws {
    if calibrate, checkConfig { throw ValidationError("--calibrate and --check-config exclude each other") }
    // Whoever meant to measure must not find a daemon started.
    if !calibrate, json || [milliseconds, memoryMiB, concurrency].contains(where: { $0 != nil }) {
      throw ValidationError("--milliseconds, --memory-mib, --concurrency and --json go with --calibrate")
    }
    guard CalibrationReport.milliseconds.contains(milliseconds ?? CalibrationReport.usualMilliseconds),
      CalibrationReport.memoryMiB.contains(memoryMiB ?? CalibrationReport.usualMemoryMiB),
      CalibrationReport.concurrency.contains(concurrency ?? 1)
    else {
      throw ValidationError("--milliseconds is 1 to 60000, --memory-mib 19 to 65536, --concurrency 1 to 64")
    }
  }

  func run() async throws {
    if calibrate { return try await runCalibration() }
    let read: Configuration
    do throws(ConfigurationMistakes) {
      read = try ConfigurationReader.read(path: config, cores: SystemUsers.cores)
    } catch {
      for mistake in error.mistakes { Self.complain("\(mistake)") }
      throw ExitCode(10)
    }
    if checkConfig {
      Self.say("\(config): no mistakes")
      return
    }
    let threshold = LogThreshold(read.logLevel.level)
    let logger = Logger(label: "anteroomd") { _ in
      LineLog(format: read.logFormat, level: threshold, clock: SystemClock())
    }
    do {
      try await Daemon(
        configurationPath: config, configuration: read, environment: Self.environment, pid: getpid(), logger: logger,
        lifecycleLogger: Logger(label: "lifecycle") { _ in
          LineLog(format: read.logFormat, level: LogThreshold(.warning), clock: SystemClock())
        },
        auditLogger: Logger(label: "audit") { _ in
          LineLog(format: read.logFormat, level: LogThreshold(.notice), clock: SystemClock())
        }, threshold: threshold
      ).run()
    } catch let failure as StartFailure {
      Self.complain("\(failure)")
      throw ExitCode(failure.exitCode)
    } catch let refusal as SetupRefusal {
      Self.complain("\(refusal)")
      throw ExitCode(refusal.isConfiguration ? 10 : 1)
    }
  }

  private func runCalibration() async throws {
    do {
      let report = try await CalibrationReport.measure(
        milliseconds: milliseconds ?? CalibrationReport.usualMilliseconds,
        memoryMiB: memoryMiB ?? CalibrationReport.usualMemoryMiB, concurrency: concurrency)
      for line in json ? [report.json] : report.toml { Self.say(line) }
    } catch {
      Self.complain("\(error)")
      throw ExitCode(error.exitCode)
    }
  }

  /// What systemd says through the environment; nothing secret ever comes that way.
  private static var environment: [String: String] {
    let names = [
      "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
      "CREDENTIALS_DIRECTORY",
    ]
    var found: [String: String] = [:]
    for name in names {
      guard let value = unsafe getenv(name) else { continue }
      found[name] = unsafe String(cString: value)
    }
    return found
  }

  private static func say(_ line: String) { write(line, to: STDOUT_FILENO) }
  private static func complain(_ line: String) { write("anteroomd: " + line, to: STDERR_FILENO) }

  private static func write(_ line: String, to descriptor: Int32) {
    var line = line + "\n"
    line.withUTF8 { bytes in
      _ = unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    }
  }
}
