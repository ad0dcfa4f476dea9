import AnteroomClient
import ArgumentParser

/// `KEY=VALUE`: numbers, true, false, null, and anything in braces or brackets are JSON; the rest is
/// text. Which keys there are and what they may hold the daemon says.
struct PolicySetting: ExpressibleByArgument, Equatable {
  let name: String
  let value: JSONValue

  init(name: String, value: JSONValue) {
    self.name = name
    self.value = value
  }

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
    name = String(argument[..<equals])
    let text = String(argument[argument.index(after: equals)...])
    if let read = try? JSONReader.read(Array(text.utf8)) {
      value = read
    } else if text.hasPrefix("{") || text.hasPrefix("[") {
      return nil
    } else {
      value = .string(text)
    }
  }
}
