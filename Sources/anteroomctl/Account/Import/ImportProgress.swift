/// How far an import is: a bar that stays in its line on a terminal, a line for each tenth otherwise.
struct ImportProgress {
  private let isTerminal: Bool
  private let isSilent: Bool
  private var tenths = 0
  private var told = 0
  private var isDrawn = false

  init(isSilent: Bool, isTerminal: Bool = Stream.error.isTerminal) {
    self.isSilent = isSilent
    self.isTerminal = isTerminal
  }

  mutating func show(_ progress: (done: Int, total: Int?), accounts: Int) {
    guard !isSilent else { return }
    if isTerminal {
      writeAll("\r" + ImportProgress.bar(progress, accounts: accounts), to: .error)
      isDrawn = true
    } else if let total = progress.total, total > 0 {
      let reached = progress.done * 10 / total
      // A short list is done at once, and needs no word.
      guard reached > tenths, accounts > told else { return }
      (tenths, told) = (reached, accounts)
      writeAll("\(reached * 10) %, \(ImportProgress.counted(accounts)) done\n", to: .error)
    }
  }

  /// Makes room for a line of text.
  mutating func clear() {
    guard isDrawn else { return }
    writeAll("\r\u{1B}[K", to: .error)
    isDrawn = false
  }

  static func counted(_ accounts: Int) -> String { accounts == 1 ? "1 account" : "\(accounts) accounts" }

  static func bar(_ progress: (done: Int, total: Int?), accounts: Int) -> String {
    guard let total = progress.total, total > 0 else { return "importing: \(counted(accounts))" }
    let cells = 30
    let full = min(cells, progress.done * cells / total)
    let percent = String(min(100, progress.done * 100 / total))
    let drawn = String(repeating: "#", count: full) + String(repeating: ".", count: cells - full)
    return "importing [\(drawn)] \(String(repeating: " ", count: 3 - percent.count))\(percent) %, \(counted(accounts))"
  }
}
