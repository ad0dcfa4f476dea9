package import SecretMemory

/// A parsed request body. Members whose names are secrets never become a `String`.
package enum JSONValue: Sendable {
  case object([JSONMember])
  case array([JSONValue])
  case string(String)
  case secret(SecretBox)
  case integer(Int64)
  /// A number that is no whole one within 64 bits: no operation takes one. `floor` is the whole part of one that
  /// is not negative and was written with a fraction and without an exponent; nil for any other.
  case decimal(floor: Int64?)
  case bool(Bool)
  case null
}

package struct JSONMember: Sendable {
  package let name: String
  package let value: JSONValue
}

/// Why a body is not JSON that is read here (RFC 8259, and stricter): the position, never the content.
package struct JSONFlaw: Error, Hashable, Sendable {
  package enum Kind: String, Sendable {
    case notUTF8 = "is not UTF-8"
    case syntax = "is not JSON"
    case tooDeep = "is nested deeper than 16"
    case duplicateKey = "repeats a member"
    case badEscape = "has a lone surrogate or NUL in a string"
    case trailing = "goes on after the value"
  }
  package let kind: Kind
  /// Bytes from the beginning.
  package let offset: Int
}
