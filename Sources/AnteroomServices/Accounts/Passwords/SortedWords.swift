/// Words in one run of bytes, sorted, with single separators (space or line feed) between them.
enum SortedWords {
  /// Binary search by position: no index beside the bytes, no copy of the word.
  static func contains(_ word: Span<UInt8>, in list: Span<UInt8>) -> Bool {
    var low = 0
    var high = list.count
    while low < high {
      let start = wordStart(around: low + (high - low) / 2, in: list, notBefore: low)
      var end = start
      while end < list.count, !isSeparator(list[end]) { end += 1 }
      switch compare(word, list.extracting(start..<end)) {
      case 0: return true
      case ..<0: high = start
      default: low = min(end + 1, high)
      }
    }
    return false
  }

  private static func wordStart(around middle: Int, in list: Span<UInt8>, notBefore low: Int) -> Int {
    var start = middle
    while start > low, !isSeparator(list[start - 1]) { start -= 1 }
    return start
  }

  private static func isSeparator(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x20 }

  private static func compare(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Int {
    for index in 0..<min(one.count, other.count) where one[index] != other[index] {
      return Int(one[index]) - Int(other[index])
    }
    return one.count - other.count
  }
}
