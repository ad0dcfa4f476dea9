/// Swift source with everything blanked that is not code: comments, the text of string literals, names in
/// backticks. What stands in an interpolation is code. Line breaks stay, so that lines keep their numbers.
///
/// Regular expression literals are not known to it; nothing here is written with them.
struct SwiftText {
  private let input: [Character]
  private var position = 0
  private var output: [Character] = []

  static func code(of source: String) -> String {
    var text = SwiftText(input: Array(source))
    text.readCode(untilParenthesis: false)
    return String(text.output)
  }

  private init(input: [Character]) {
    self.input = input
    output.reserveCapacity(input.count)
  }

  private mutating func readCode(untilParenthesis: Bool) {
    var open = 0
    while position < input.count {
      if looking(at: "//") {
        blank(while: { !$0.looking(at: "\n") })
      } else if looking(at: "/*") {
        blankBlockComment()
      } else if let pounds = stringOpening() {
        readString(pounds: pounds)
      } else if input[position] == "`" {
        blank(1)
        blank(while: { !$0.looking(at: "`") })
        blank(1)
      } else {
        if input[position] == "(" { open += 1 }
        if input[position] == ")" {
          if untilParenthesis && open == 0 { return }
          open -= 1
        }
        output.append(input[position])
        position += 1
      }
    }
  }

  /// The number of `#` before a string that opens here, or nil where none does.
  private func stringOpening() -> Int? {
    var end = position
    while end < input.count, input[end] == "#" { end += 1 }
    return end < input.count && input[end] == "\"" ? end - position : nil
  }

  private mutating func readString(pounds: Int) {
    let hashes = String(repeating: "#", count: pounds)
    blank(pounds)
    let quote = looking(at: "\"\"\"") ? "\"\"\"" : "\""
    blank(quote.count)
    while position < input.count, !looking(at: quote + hashes) {
      if looking(at: "\\" + hashes + "(") {
        blank(2 + pounds)
        readCode(untilParenthesis: true)
        blank(1)
      } else if looking(at: "\\" + hashes) {
        blank(2 + pounds)
      } else {
        blank(1)
      }
    }
    blank(quote.count + pounds)
  }

  private mutating func blankBlockComment() {
    var depth = 0
    repeat {
      if looking(at: "/*") {
        depth += 1
        blank(2)
      } else if looking(at: "*/") {
        depth -= 1
        blank(2)
      } else {
        blank(1)
      }
    } while depth > 0 && position < input.count
  }

  private func looking(at text: String) -> Bool {
    var index = position
    for character in text {
      guard index < input.count, input[index] == character else { return false }
      index += 1
    }
    return true
  }

  private mutating func blank(_ count: Int) {
    for _ in 0..<count where position < input.count {
      output.append(input[position].isNewline ? "\n" : " ")
      position += 1
    }
  }

  private mutating func blank(while condition: (SwiftText) -> Bool) {
    while position < input.count, condition(self) { blank(1) }
  }
}
