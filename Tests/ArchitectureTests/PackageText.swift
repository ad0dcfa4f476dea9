/// The targets of a `Package.swift` and what they depend on, read from its text: asking SwiftPM from inside a test
/// would wait for the build that runs the test.
struct PackageText {
  let dependencies: [String: Set<String>]
  let cModules: Set<String>

  init(_ text: String) {
    var aliases: [String: String] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix("let ") && line.contains(": Target.Dependency = ") {
      let name = line.dropFirst(4).prefix { $0 != ":" }
      aliases[String(name)] = Self.products(in: String(line)).first
    }
    // Before this come the helpers, whose bodies look like targets themselves.
    let targets = text.firstRange(of: "\n  targets: [").map { text[$0.upperBound...] } ?? ""
    var found: [String: Set<String>] = [:]
    for opening in ["library(", "program("] {
      for call in Self.calls(opening, in: targets) {
        var names = Set(Self.products(in: call))
        let words = Self.strings(in: Self.withoutProducts(call))
        for alias in aliases where Self.words(in: call).contains(alias.key) { names.insert(alias.value) }
        guard let name = words.first else { continue }
        found[name] = names.union(words.dropFirst())
      }
    }
    dependencies = found
    let c = Self.calls(".systemLibrary(", in: targets) + Self.calls("  .target(", in: targets)
    cModules = Set(c.compactMap { Self.strings(in: $0).first })
  }

  /// What stands between the parentheses of every call that begins with `opening`.
  private static func calls(_ opening: String, in text: Substring) -> [String] {
    var found: [String] = []
    var rest = text
    while let range = rest.firstRange(of: opening) {
      var depth = 1
      let body = rest[range.upperBound...].prefix { character in
        if character == "(" { depth += 1 }
        if character == ")" { depth -= 1 }
        return depth > 0
      }
      found.append(String(body))
      rest = rest[body.endIndex...]
    }
    return found
  }

  private static func products(in text: String) -> [String] {
    calls(".product(", in: text[...]).compactMap { strings(in: $0).first }
  }

  private static func withoutProducts(_ text: String) -> String {
    calls(".product(", in: text[...]).reduce(text) { $0.replacing($1, with: "") }
  }

  private static func strings(in text: String) -> [String] {
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
  }

  private static func words(in text: String) -> Set<String> {
    let outside = text.split(separator: "\"", omittingEmptySubsequences: false)
    let code = outside.indices.filter { $0 % 2 == 0 }.map { outside[$0] }.joined(separator: " ")
    return Set(code.split { !($0.isLetter || $0.isNumber) }.map(String.init))
  }
}
