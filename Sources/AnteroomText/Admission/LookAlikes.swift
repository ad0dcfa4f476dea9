/// One pass over a name: every code point becomes the one that stands for all that look like it, and what is
/// overlooked goes.
struct LookAlikes {
  /// Right-to-left letters in front: where such letters stand beside digits or other letters, two orders are
  /// displayed alike (UAX 9), and none of them may tell two names apart.
  var codePoints: [UInt32] { rightToLeft + others }

  private var rightToLeft: [UInt32] = []
  private var others: [UInt32] = []
  private var endsRightToLeft = false
  private let isRightToLeft: Bool
  private let keepsAll: Bool
  private let one: ASCIILooks.One

  /// - Parameters:
  ///   - one: what the digit 1 stands for, which no table says once for all.
  ///   - keepingAll: also what is overlooked beside letters, but for what nobody sees.
  init(of text: [UInt32], one: ASCIILooks.One, keepingAll: Bool) {
    keepsAll = keepingAll
    self.one = one
    isRightToLeft = Self.isRightToLeft(text)
    rightToLeft.reserveCapacity(isRightToLeft ? text.count : 0)
    others.reserveCapacity(isRightToLeft ? 0 : text.count + 8)
    for codePoint in text { take(codePoint) }
  }

  /// Of right-to-left letters and no others.
  private static func isRightToLeft(_ text: [UInt32]) -> Bool {
    var found = false
    for codePoint in text where codePoint >= 0x80 || ASCIILooks.isLetter(codePoint) {
      let facts = LikenessFacts(of: codePoint)
      if facts.contains(.leftToRight) { return false }
      found = found || facts.contains(.rightToLeft)
    }
    return found
  }

  private mutating func take(_ codePoint: UInt32) {
    let plain = LetterForms.plain(codePoint)
    if plain < 0x80, !keepsAll { return takeASCII(plain) }
    let facts = LikenessFacts(of: plain)
    if facts.isDisjoint(with: .anyMark) { takeBase(plain, facts) } else { takeMark(plain, facts) }
  }

  private mutating func takeASCII(_ codePoint: UInt32) {
    if isRightToLeft {
      if ASCIILooks.isDigit(codePoint) { put(codePoint, isRightToLeft: false) }
    } else {
      for made in ASCIILooks.prototype(of: codePoint, one: one) { put(made, isRightToLeft: false) }
    }
  }

  private mutating func takeMark(_ mark: UInt32, _ facts: LikenessFacts) {
    // Above an Arabic letter a mark of the tables is its dots, and so the letter itself.
    guard facts.contains(.mark) || (facts.contains(.diacritic) && endsRightToLeft) else { return }
    put(mark, isRightToLeft: endsRightToLeft)
  }

  private mutating func takeBase(_ codePoint: UInt32, _ facts: LikenessFacts) {
    guard !facts.contains(.unseen) else { return }
    let digit = isRightToLeft ? LikenessFacts.digit(codePoint) : nil
    if let digit { return put(0x30 + digit, isRightToLeft: false) }
    let prototype = Prototype(of: codePoint, facts)
    if prototype.isItself { return put(codePoint, isRightToLeft: facts.contains(.rightToLeft)) }
    guard prototype.isKept(for: facts) else { return takeOverlooked(codePoint) }
    if prototype.letters.isEmpty { return put(codePoint, isRightToLeft: facts.contains(.rightToLeft)) }
    if isRightToLeft, facts.contains(.rightToLeft), prototype.hasLeftToRight {
      return put(prototype.rightToLeft ?? codePoint, isRightToLeft: true)
    }
    for (made, facts) in prototype.letters {
      if facts.isDisjoint(with: .anyMark) {
        put(made, isRightToLeft: facts.contains(.rightToLeft))
      } else {
        takeMark(made, facts)
      }
    }
  }

  private mutating func takeOverlooked(_ codePoint: UInt32) {
    guard keepsAll else { return }
    var prototype: [UInt32] = []
    LikenessFacts.eachOfPrototype(codePoint) { prototype.append($0) }
    for made in prototype.allSatisfy({ $0 < 0x80 }) ? prototype : [codePoint] { put(made, isRightToLeft: false) }
  }

  private mutating func put(_ codePoint: UInt32, isRightToLeft: Bool) {
    endsRightToLeft = isRightToLeft
    if isRightToLeft { rightToLeft.append(codePoint) } else { others.append(codePoint) }
  }
}

/// The skeleton of one code point, without what is overlooked in it.
private struct Prototype {
  private(set) var letters: [(UInt32, LikenessFacts)] = []
  private(set) var hasLetter = false
  private(set) var hasASCII = false
  private(set) var hasLeftToRight = false
  /// A letter that looks like no other, as most do: then there is nothing else to know.
  private(set) var isItself = false

  init(of codePoint: UInt32, _ facts: LikenessFacts) {
    LikenessFacts.eachOfPrototype(codePoint) { made in
      isItself = made == codePoint && !facts.isDisjoint(with: .anyLetter)
      if !isItself { take(made) }
    }
    // The letter for NO looks like a slash, and is a letter all the same.
    if !hasLetter { letters = [] }
  }

  private mutating func take(_ made: UInt32) {
    let facts = LikenessFacts(of: made)
    guard !facts.isDisjoint(with: .compared) else { return }
    letters.append((made, facts))
    guard !facts.isDisjoint(with: .anyLetter) else { return }
    hasLetter = true
    hasASCII = hasASCII || made < 0x80
    hasLeftToRight = hasLeftToRight || facts.contains(.leftToRight)
  }

  /// A letter always; a modifier letter unless it is an apostrophe; a sign that looks like a letter (`∆`), and
  /// anything that looks like one of ASCII.
  func isKept(for facts: LikenessFacts) -> Bool {
    if facts.contains(.letter) { return true }
    if !facts.isDisjoint(with: .modifierOrSign) { return hasLetter }
    return hasASCII
  }

  /// The tables take alef and vav for `l` and the kinds of heh for `o`. In a name of one direction they stay in
  /// their script: as Latin letters among right-to-left ones they would be put in order as what they are not.
  var rightToLeft: UInt32? {
    let bases = letters.filter { $0.1.isDisjoint(with: .anyMark) }.map(\.0)
    if bases == [0x6C] { return 0x0627 }
    if bases == [0x6F] || bases == [0x4F] { return 0x0647 }
    return nil
  }
}
