/// The space rules that Nickname and OpaqueString share.
extension WipedCodePoints {
  /// Every Zs code point becomes U+0020.
  borrowing func withPlainSpaces() -> WipedCodePoints {
    var result = WipedCodePoints(capacity: count)
    for index in 0..<count {
      result.append(UnicodeFacts(of: self[index]).contains(.space) ? 0x20 : self[index])
    }
    return result
  }

  /// Plain spaces, none at the ends, never two together.
  borrowing func withSpacesCollapsed() -> WipedCodePoints {
    let spaced = withPlainSpaces()
    var result = WipedCodePoints(capacity: count)
    var owesSpace = false
    for index in 0..<spaced.count {
      if spaced[index] == 0x20 {
        owesSpace = !result.isEmpty
      } else {
        if owesSpace { result.append(0x20) }
        owesSpace = false
        result.append(spaced[index])
      }
    }
    return result
  }
}
