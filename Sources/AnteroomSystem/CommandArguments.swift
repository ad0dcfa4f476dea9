/// The arguments that the process was started with, without its name.
package enum CommandArguments {
  /// As the kernel has them. Swift's own finds them by walking back from the environment, and finds
  /// nothing where a preloaded library has moved that before `main`: the daemon would then run with
  /// another configuration than the one it was given.
  package static var own: [String] {
    guard let text = SmallFile.text(at: "/proc/self/cmdline", limit: 2 << 20) else {
      return Array(CommandLine.arguments.dropFirst())
    }
    return text.split(separator: "\u{0}", omittingEmptySubsequences: false).dropFirst().dropLast().map(String.init)
  }
}
