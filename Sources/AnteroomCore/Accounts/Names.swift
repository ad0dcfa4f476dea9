/// Prepares people's text by its PRECIS profile, with the Unicode tables that this layer does not have.
package protocol TextProfiles: Sendable {
  /// UsernameCaseMapped (RFC 8265, section 3.3); nil where the profile refuses the text.
  func usernameCaseMapped(_ text: String) -> String?

  /// Why `usernameCaseMapped` refuses a text: the first thing that whoever typed it can mend.
  func usernameFlaw(_ text: String) -> Username.Invalid

  /// Nickname (RFC 8266, section 2) as shown: spaces trimmed and collapsed, NFKC, case kept; nil where
  /// the profile refuses the text. Join controls are refused as well.
  func nickname(_ text: String) -> String?

  /// What a name comes to when all is taken away that a person at a meeting table would overlook. For
  /// comparing only, never for showing. Any text has them; of more than 1024 code points the first 1024 count.
  func skeletons(of name: String) -> NameSkeletons
}

/// What an account signs in with. Only parsing makes one, so every `Username` is prepared, and two
/// that are equal are the same bytes.
package struct Username: Hashable, Sendable, CustomStringConvertible {
  package let text: String
  package var description: String { text }

  package enum Invalid: Error, Hashable, Sendable, CaseIterable {
    case empty, tooLong
    case space
    /// Not to be seen: controls, and what steers the direction or joins letters.
    case control
    /// What it comes to mean could change whom a name names.
    case unassigned
    /// No letter, digit or sign of ASCII in its plain form.
    case symbol
    /// Characters of both directions, or in an order that could be shown as another.
    case direction
    /// Allowed elsewhere, and not where it stands.
    case place
  }

  /// 1 to 64 code points of UsernameCaseMapped.
  package init(parsing typed: String, with profiles: any TextProfiles) throws(Invalid) {
    // Four code points may map onto one; what is far too long is not worth preparing.
    guard typed.utf8.count <= 4096 else { throw .tooLong }
    guard let prepared = profiles.usernameCaseMapped(typed), !prepared.isEmpty else {
      throw profiles.usernameFlaw(typed)
    }
    guard prepared.unicodeScalars.count <= 64 else { throw .tooLong }
    text = prepared
  }

  /// For what the store holds, which was parsed when it was stored.
  package init(known text: String) { self.text = text }
}

/// What others see. Prepared for display; likeness to somebody else's is judged elsewhere.
package struct DisplayName: Hashable, Sendable, CustomStringConvertible {
  package let text: String
  package var description: String { text }

  package static let mostCodePoints = 64

  package enum Invalid: Error, Sendable { case empty, notAllowed, tooLong }

  /// 1 to 64 code points of Nickname.
  package init(parsing typed: String, with profiles: any TextProfiles) throws(Invalid) {
    guard typed.utf8.count <= 4096 else { throw .tooLong }
    guard !typed.unicodeScalars.allSatisfy({ $0.properties.isWhitespace }) else { throw .empty }
    guard let prepared = profiles.nickname(typed), !prepared.isEmpty else { throw .notAllowed }
    guard prepared.unicodeScalars.count <= Self.mostCodePoints else { throw .tooLong }
    text = prepared
  }

  package init(known text: String) { self.text = text }
}
