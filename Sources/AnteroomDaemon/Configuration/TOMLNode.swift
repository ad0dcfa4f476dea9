import TOMLKit

/// A value of a TOML text, as far as a configuration has a use for it.
enum TOMLNode {
  case table([String: TOMLNode])
  case list([TOMLNode])
  case text(String)
  case integer(Int)
  case boolean(Bool)
  /// A date, a fraction: known, and nothing that any key takes.
  case other(String)

  /// A syntax error, where the library saw it.
  struct SyntaxError: Error {
    let line: Int
    let problem: String
  }

  /// Reads a whole text. It must hold no NUL: the library takes it as a C string and would read up to there.
  static func parse(_ text: String) throws(SyntaxError) -> [String: TOMLNode] {
    do {
      return TOMLNode.entries(try TOMLTable(string: text))
    } catch let error as TOMLParseError {
      throw SyntaxError(line: error.source.begin.line, problem: error.description)
    } catch {
      throw SyntaxError(line: 1, problem: "\(error)")
    }
  }

  /// In words, for whoever wrote it where something else belongs.
  var kind: String {
    switch self {
    case .table: "a table"
    case .list: "a list"
    case .text: "text"
    case .integer: "a whole number"
    case .boolean: "true or false"
    case .other(let name): "a \(name)"
    }
  }

  private static func entries(_ table: TOMLTable) -> [String: TOMLNode] {
    var entries: [String: TOMLNode] = [:]
    for key in table.keys { entries[key] = table[key].map(TOMLNode.init) }
    return entries
  }

  private init(_ value: any TOMLValueConvertible) {
    if let table = value.table {
      self = .table(TOMLNode.entries(table))
    } else if let array = value.array {
      self = .list(array.map(TOMLNode.init))
    } else if value.type == .string, let text = value.string {
      self = .text(text)
    } else if value.type == .int, let number = value.int {
      self = .integer(number)
    } else if value.type == .bool, let truth = value.bool {
      self = .boolean(truth)
    } else {
      self = .other(value.type.description)
    }
  }
}
