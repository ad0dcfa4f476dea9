import AnteroomCore
import AnteroomCrypto
import AnteroomSystem

/// `anteroomd --calibrate`: what this machine is proposed for `[passwords]`, as lines of the configuration or as JSON.
package struct CalibrationReport: Sendable {
  package static let milliseconds = 1...60_000
  package static let memoryMiB = 19...65_536
  package static let concurrency = 1...64

  /// Half a second, and 512 MiB in all.
  package static let usualMilliseconds = 500
  package static let usualMemoryMiB = 512

  private let wish: Calibration.Wish
  private let proposal: Calibration.Proposal

  /// `concurrency` nil for what the configuration has where it does not say.
  package static func measure(
    milliseconds: Int, memoryMiB: Int, concurrency: Int?
  ) async throws(StartFailure) -> CalibrationReport {
    let threads = concurrency ?? Configuration(cores: SystemUsers.cores).passwords.concurrency
    let wish = Calibration.Wish(milliseconds: milliseconds, memoryMiB: memoryMiB, concurrency: threads)
    do throws(Calibration.Fault) {
      let proposal = try await Calibration(wish, randomness: SystemRandomness()).propose()
      return CalibrationReport(wish: wish, proposal: proposal)
    } catch {
      switch error {
      case .tooLittleMemory(let least):
        throw StartFailure(
          "\(threads) hashes at a time need \(least) MiB at least: 19 MiB each is the floor. Give --memory-mib more, or "
            + "--concurrency less.", exitCode: 10)
      case .setup(let fault): throw StartFailure("This machine cannot be measured: \(fault)", exitCode: 1)
      case .refused: throw StartFailure("This machine cannot be measured: it had no memory for a hash.", exitCode: 1)
      }
    }
  }

  private var milliseconds: Double { Double(proposal.nanosecondsPerHash) / 1_000_000 }
  /// Within a tenth more: time varies from one measurement to the next.
  private var isWithinTarget: Bool { milliseconds <= Double(wish.milliseconds) * 1.1 }
  private var allMiB: Int { proposal.parameters.memoryKiB * proposal.concurrency / 1024 }

  package var toml: [String] {
    let parameters = proposal.parameters
    var lines = [
      "# Measured with \(proposal.concurrency) \(proposal.concurrency == 1 ? "hash" : "hashes") at a time: \(Self.tenths(milliseconds)) ms each, "
        + "\(Self.tenths(proposal.hashesPerSecond)) sign-ins a second, \(allMiB) MiB in all.",
      "# To take it up, put these lines into anteroom.toml and run: systemctl restart anteroomd",
    ]
    if !isWithinTarget {
      lines.append(
        "# This is the floor, below which no cost is taken: \(wish.milliseconds) ms are not to be had on this machine.")
    }
    return lines + [
      "[passwords]", "memory_kib = \(parameters.memoryKiB)", "iterations = \(parameters.iterations)",
      "parallelism = \(parameters.parallelism)", "concurrency = \(proposal.concurrency)",
    ]
  }

  package var json: String {
    let parameters = proposal.parameters
    return String(
      decoding: JSONText.object { json in
        json.member("memory_kib", parameters.memoryKiB)
        json.member("iterations", parameters.iterations)
        json.member("parallelism", parameters.parallelism)
        json.member("concurrency", proposal.concurrency)
        json.member("memory_mib", allMiB)
        json.key("milliseconds")
        json.raw(Array(Self.tenths(milliseconds).utf8))
        json.key("sign_ins_per_second")
        json.raw(Array(Self.tenths(proposal.hashesPerSecond).utf8))
        json.member("target_milliseconds", wish.milliseconds)
        json.member("within_target", isWithinTarget)
      }, as: UTF8.self)
  }

  private static func tenths(_ value: Double) -> String {
    let rounded = Int((value * 10).rounded())
    return "\(rounded / 10).\(rounded % 10)"
  }
}
