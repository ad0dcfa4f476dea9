import SecretMemory

/// Why a password is refused though it is long enough.
package enum BlockReason: String, Sendable, CaseIterable {
  /// Among the passwords that people choose most, or one common word with trivial additions.
  case common
  /// In the operator's own list.
  case listed
  /// In the operator's list of breached passwords.
  case breached
  /// The username or the service's name, or a trivial variant.
  case contextWord = "context-word"
  /// One character or a short pattern repeated.
  case repetition
  /// A walk along the alphabet, the digits or the keyboard.
  case sequence
}

/// Compares whole passwords, letter case aside, with what a guesser tries first (NIST SP 800-63B-4,
/// section 3.1.1.2). Decides and forgets: it keeps and logs nothing of what it is asked.
///
/// It stands with the use cases, not with the Unicode tables: the one thing it needs of those, folding,
/// is already a port.
package struct PasswordBlocklist: Sendable {
  private let preparation: any PasswordPreparation
  private let listed: [UInt8]

  /// `operatorLines`: one password a line, any letter case; what cannot be a password is left out.
  package init(operatorLines: [String] = [], preparation: any PasswordPreparation) {
    self.preparation = preparation
    let folded = operatorLines.compactMap { line in Self.folded(line.droppingCarriageReturn, by: preparation) }
    // U+0020 separates words in the list: a password that holds one is kept under U+0001, which none has.
    let words = folded.map { $0.map { $0 == 0x20 ? 0x01 : $0 } }
    listed = Array(words.sorted { $0.lexicographicallyPrecedes($1) }.joined(separator: [0x0A]))
  }

  /// Nil where nothing speaks against the password. `serviceNames` are names that users connect with the
  /// service (its domain, the house's name); the product's own name is always among them.
  package func reason(
    for password: borrowing Password, username: String?, serviceNames: [String]
  ) -> BlockReason? {
    let context = contextWords(username, serviceNames)
    return preparation.folded(password).withBytes { reason(forFolded: $0, context: context.span) }
  }

  /// Code points of a pattern that nobody needs a list to guess; a longer one counts where it is itself
  /// something that is tried first.
  private let longestTrivialPattern = 4

  /// Beyond so many code points a repetition or a run is no longer what anybody tries first.
  private let longestTrivialText = 63

  private func reason(forFolded text: Span<UInt8>, context: Span<UInt8>) -> BlockReason? {
    if CodePoint.count(in: text) > longestTrivialText { return isListed(text) ? .listed : nil }
    if let period = TrivialPatterns.period(of: text) {
      let pattern = text.extracting(0..<period)
      if CodePoint.count(in: pattern) <= longestTrivialPattern { return .repetition }
      if let reason = reason(forWhole: pattern, context: context) { return reason }
    }
    return reason(forWhole: text, context: context)
  }

  private func reason(forWhole text: Span<UInt8>, context: Span<UInt8>) -> BlockReason? {
    if WordVariants.isMade(text, from: context) { return .contextWord }
    if TrivialPatterns.isMadeOfWalks(text, spare: 2) { return .sequence }
    if isCommon(text) || isCommonVariant(text) { return .common }
    return isListed(text) ? .listed : nil
  }

  private func isCommon(_ text: Span<UInt8>) -> Bool {
    CommonPasswords.sorted.withBytes { SortedWords.contains(text, in: $0) }
  }

  private func isCommonVariant(_ text: Span<UInt8>) -> Bool {
    var found = false
    CommonStems.words.withBytes { stems in
      WordVariants.forEachWord(in: stems) { stem in
        if !found, WordVariants.isMade(text, from: stem) { found = true }
      }
    }
    return found
  }

  private func isListed(_ text: Span<UInt8>) -> Bool {
    guard !listed.isEmpty else { return false }
    let word = unsafe SecretBytes(count: text.count) { buffer in
      for index in text.indices { unsafe buffer[index] = text[index] == 0x20 ? 0x01 : text[index] }
    }
    return word.withBytes { SortedWords.contains($0, in: listed.span) }
  }

  private func contextWords(_ username: String?, _ serviceNames: [String]) -> [UInt8] {
    var words: [UInt8] = Array("anteroom".utf8)
    for name in serviceNames + (username.map { [$0] } ?? []) {
      guard let folded = Self.folded(name, by: preparation) else { continue }
      let parts = folded.split { $0 < 0x80 && !(0x61...0x7A).contains($0) && !(0x30...0x39).contains($0) }
      for word in [ArraySlice(folded.filter { $0 != 0x20 })] + parts where word.count >= 3 {
        words += [0x0A] + word
        words += [0x0A] + String(decoding: word, as: UTF8.self).backwards
      }
    }
    return words
  }

  private static func folded(_ text: String, by preparation: any PasswordPreparation) -> [UInt8]? {
    guard let prepared = try? preparation.prepare(SecretBytes(copying: Array(text.utf8))) else { return nil }
    return preparation.folded(prepared).withBytes { span in span.indices.map { span[$0] } }
  }
}

extension String {
  fileprivate var droppingCarriageReturn: String {
    unicodeScalars.last == "\r" ? String(unicodeScalars.dropLast()) : self
  }

  fileprivate var backwards: [UInt8] {
    Array(String(String.UnicodeScalarView(unicodeScalars.reversed())).utf8)
  }
}

extension StaticString {
  fileprivate func withBytes<R>(_ body: (Span<UInt8>) -> R) -> R {
    withUTF8Buffer { unsafe body($0.span) }
  }
}
