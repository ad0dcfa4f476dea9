/// What somebody pressed.
enum Key: Equatable, Sendable {
  case character(Character)
  case enter, escape, backspace, tab
  case up, down, pageUp, pageDown, home, end
  /// Ctrl-C and Ctrl-\.
  case interrupt
  /// Ctrl-Z.
  case stop
  /// Ctrl-L.
  case redraw
  /// Ctrl-U.
  case eraseLine
  /// What the terminal said was pasted. It is text and no keys: a pasted line must not admit anybody.
  case paste(String)
}

/// Takes keys out of a terminal's bytes, however these are cut (ECMA-48 and xterm's sequences).
struct KeyReader {
  private enum Step {
    /// It takes more bytes to tell.
    case more
    case key(Key)
    /// A key that is none of ours.
    case passed
  }

  /// Of what is pasted or unfinished nothing longer is kept.
  private static let most = 8192
  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  private var pending: [UInt8] = []
  private var pasted: [UInt8]?

  /// Whether the bytes so far are the beginning of something: an escape alone is a key only if nothing follows.
  var isWaiting: Bool { !pending.isEmpty && pasted == nil }

  mutating func read(_ bytes: some Sequence<UInt8>) -> [Key] {
    pending.append(contentsOf: bytes)
    var keys: [Key] = []
    while !pending.isEmpty {
      switch pasted == nil ? next() : paste() {
      case .more: return keys
      case .key(let key): keys.append(key)
      case .passed: break
      }
    }
    return keys
  }

  /// Nothing followed: what is pending is what was pressed.
  mutating func flush() -> [Key] {
    guard isWaiting else { return [] }
    let isEscape = pending.first == 0x1B
    pending.removeAll()
    return isEscape ? [.escape] : []
  }

  private mutating func next() -> Step {
    let first = pending[0]
    switch first {
    case 0x1B: return escape()
    case 0x03, 0x1C: return take(1, .interrupt)
    case 0x1A: return take(1, .stop)
    case 0x0C: return take(1, .redraw)
    case 0x15: return take(1, .eraseLine)
    case 0x0D, 0x0A: return take(1, .enter)
    case 0x09: return take(1, .tab)
    case 0x08, 0x7F: return take(1, .backspace)
    case 0x00..<0x20: return take(1, nil)
    case _: return character(first)
    }
  }

  private mutating func take(_ count: Int, _ key: Key?) -> Step {
    pending.removeFirst(count)
    return key.map { .key($0) } ?? .passed
  }

  private mutating func character(_ first: UInt8) -> Step {
    let length =
      switch first {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      case _: 1
      }
    guard pending.count >= length else { return .more }
    let text = String(validating: pending[..<length], as: UTF8.self)
    return take(text == nil ? 1 : length, text?.first.map { .character($0) })
  }

  private mutating func escape() -> Step {
    guard pending.count > 1 else { return .more }
    switch pending[1] {
    case UInt8(ascii: "O"): return pending.count > 2 ? take(3, KeyReader.named(pending[2])) : .more
    case UInt8(ascii: "["): return sequence()
    case 0x1B: return take(1, .escape)
    // A letter with Alt.
    case _: return take(2, nil)
    }
  }

  private mutating func sequence() -> Step {
    guard let end = pending.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
      return pending.count > 32 ? take(pending.count, nil) : .more
    }
    let parameters = String(decoding: pending[2..<end], as: UTF8.self)
    let final = pending[end]
    guard final == UInt8(ascii: "~") else { return take(end + 1, KeyReader.named(final)) }
    switch parameters {
    case "1", "7": return take(end + 1, .home)
    case "4", "8": return take(end + 1, .end)
    case "5": return take(end + 1, .pageUp)
    case "6": return take(end + 1, .pageDown)
    case "200":
      pasted = []
      return take(end + 1, nil)
    case _: return take(end + 1, nil)
    }
  }

  private static func named(_ final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    case _: nil
    }
  }

  private mutating func paste() -> Step {
    let all = (pasted ?? []) + pending
    guard let end = all.firstRange(of: KeyReader.pasteEnd) else {
      // The end may be cut between two reads.
      let whole = max(0, all.count - KeyReader.pasteEnd.count)
      pasted = Array(all[..<min(whole, KeyReader.most)])
      pending = Array(all[whole...])
      return .more
    }
    pasted = nil
    pending = Array(all[end.upperBound...])
    return .key(.paste(String(decoding: all[..<end.lowerBound].prefix(KeyReader.most), as: UTF8.self)))
  }
}
