/// One table of one file. It gives out values of the kind asked for; what is of another kind is noted as a
/// mistake and is as if it were not there.
struct ConfigurationTable {
  /// As it is written: `[log]`, `[[frontend]]`; empty for the file itself.
  let title: String
  private let values: [String: TOMLNode]
  private let place: [TOMLLines.Step]
  private let file: String
  private let lines: TOMLLines
  let mistakes: MistakeList

  init(file: String, values: [String: TOMLNode], lines: TOMLLines, mistakes: MistakeList) {
    self.init(title: "", values: values, place: [], file: file, lines: lines, mistakes: mistakes)
  }

  private init(
    title: String, values: [String: TOMLNode], place: [TOMLLines.Step], file: String, lines: TOMLLines,
    mistakes: MistakeList
  ) {
    self.title = title
    self.values = values
    self.place = place
    self.file = file
    self.lines = lines
    self.mistakes = mistakes
  }

  var keys: [String] { values.keys.sorted() }

  /// Where the table begins.
  var spot: ConfigurationSpot { ConfigurationSpot(file: file, line: lines.line(of: place)) }

  /// Where a key stands, or an element of the list that is its value.
  func spot(_ key: String, element: Int? = nil) -> ConfigurationSpot {
    let place = place + [.key(key)] + (element.map { [.index($0)] } ?? [])
    return ConfigurationSpot(file: file, line: lines.line(of: place))
  }

  func has(_ key: String) -> Bool { values[key] != nil }

  func node(_ key: String) -> TOMLNode? { values[key] }

  func mistake(_ key: String, element: Int? = nil, _ problem: String, _ remedy: String) {
    mistakes.add(spot(key, element: element), problem, remedy)
  }

  /// Every key of the table has to be one of `known`. `later` are the contract's that this version does not act
  /// on: whoever sets one relies on it, so it is refused as loudly as one that is nowhere known.
  func allow(_ known: [String], later: [String] = []) {
    for key in keys where !known.contains(key) {
      guard !later.contains(key) else {
        mistake(key, "`\(key)` in \(title) is not in this version", "remove it: nothing would act on it")
        continue
      }
      mistake(
        key, "there is no key \(key.shown) in \(title)",
        "remove it, or write one of: \(known.joined(separator: ", "))")
    }
  }

  func text(_ key: String) -> String? {
    guard let node = values[key] else { return nil }
    if case .text(let text) = node { return text }
    wrongKind(key, node, wanted: "text", example: "write it in quotes: \(key) = \"…\"")
    return nil
  }

  func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let node = values[key] else { return nil }
    guard case .integer(let number) = node else {
      wrongKind(key, node, wanted: "a whole number", example: "write it without quotes: \(key) = \(range.lowerBound)")
      return nil
    }
    if range.contains(number) { return number }
    let bound = number < range.lowerBound ? "below the least that is safe" : "above the most that is sane"
    mistake(
      key, "`\(key)` in \(title) is \(number), \(bound)",
      "set it from \(range.lowerBound) to \(range.upperBound), or leave it out for its default")
    return nil
  }

  func boolean(_ key: String) -> Bool? {
    guard let node = values[key] else { return nil }
    if case .boolean(let truth) = node { return truth }
    wrongKind(key, node, wanted: "true or false", example: "write \(key) = true or \(key) = false, without quotes")
    return nil
  }

  /// A list of texts; nil unless every element is one.
  func texts(_ key: String) -> [String]? {
    guard let node = values[key] else { return nil }
    guard case .list(let elements) = node else {
      wrongKind(key, node, wanted: "a list of texts", example: "write it in brackets: \(key) = [\"…\"]")
      return nil
    }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      guard case .text(let text) = element else {
        mistake(
          key, element: index, "`\(key)` in \(title) holds \(element.kind) where text belongs",
          "write each of its elements in quotes")
        continue
      }
      texts.append(text)
    }
    return texts.count == elements.count ? texts : nil
  }

  /// One of the words of `Word`.
  func word<Word: RawRepresentable & CaseIterable>(_ key: String, _: Word.Type) -> Word?
  where Word.RawValue == String {
    guard let text = text(key) else { return nil }
    if let word = Word(rawValue: text) { return word }
    let words = Word.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    mistake(key, "`\(key)` in \(title) is \(text.shown)", "write one of: \(words)")
    return nil
  }

  /// The path of a file or directory, from the root: a relative one would mean another file wherever the
  /// daemon is started from.
  func path(_ key: String, atMost bytes: Int = 4095) -> String? {
    guard let text = text(key) else { return nil }
    guard let problem = pathProblem(text, atMost: bytes) else { return text }
    mistake(key, "`\(key)` in \(title) \(problem)", "write a path that begins with /")
    return nil
  }

  /// The table under `key` of the file.
  func table(_ key: String) -> ConfigurationTable? {
    guard let node = values[key] else { return nil }
    let path = (place + [.key(key)]).compactMap { if case .key(let name) = $0 { name } else { nil } }
    if case .table(let values) = node { return inner("[\(path.joined(separator: "."))]", values, [.key(key)]) }
    mistake(key, "`\(key)` is \(node.kind) and has to be a table", "begin it with a line [\(key)]")
    return nil
  }

  /// The tables of an array of them under `key` of the file.
  func tables(_ key: String) -> [ConfigurationTable] {
    guard let node = values[key] else { return [] }
    guard case .list(let elements) = node else {
      mistake(key, "`\(key)` is \(node.kind) and may stand more than once", "begin each with a line [[\(key)]]")
      return []
    }
    var tables: [ConfigurationTable] = []
    for (index, element) in elements.enumerated() {
      guard case .table(let values) = element else {
        mistake(key, element: index, "`\(key)` holds \(element.kind)", "begin each with a line [[\(key)]]")
        continue
      }
      tables.append(inner("[[\(key)]]", values, [.key(key), .index(index)]))
    }
    return tables
  }

  private func inner(_ title: String, _ values: [String: TOMLNode], _ place: [TOMLLines.Step]) -> ConfigurationTable {
    ConfigurationTable(
      title: title, values: values, place: self.place + place, file: file, lines: lines, mistakes: mistakes)
  }

  private func wrongKind(_ key: String, _ node: TOMLNode, wanted: String, example: String) {
    mistake(key, "`\(key)` in \(title) is \(node.kind) and has to be \(wanted)", example)
  }
}

/// What is wrong with a path, to stand after the name of its key; nil for nothing.
func pathProblem(_ path: String, atMost bytes: Int) -> String? {
  if path.isEmpty { return "is empty" }
  if !path.hasPrefix("/") { return "is \(path.shown), which is not an absolute path" }
  if path.hasSuffix("/") { return "is \(path.shown), which names no file" }
  if path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "is \(path.shown), with a control character" }
  if path.utf8.count > bytes { return "is \(path.utf8.count) bytes long, more than \(bytes)" }
  return nil
}
