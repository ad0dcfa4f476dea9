/// A meeting's name in every address and grant. Generated ones carry 74 random bits in three groups
/// of five (`kq3vm-8tzpa-w2hfd`) so that dialling them at random finds nothing; a creator may choose
/// another and gives that protection up.
package struct MeetingID: Hashable, Sendable, CustomStringConvertible {
  package let text: String
  package var description: String { text }

  private static let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789".utf8)

  /// How many random bytes `init(random:)` takes: each is used if it falls below the largest
  /// multiple of 31, so that every character is equally likely.
  package static let randomByteCount = 32

  /// `[a-z0-9][a-z0-9-]{2,62}`
  package init?(parsing text: String) {
    let bytes = Array(text.utf8)
    guard (3...63).contains(bytes.count), bytes[0] != UInt8(ascii: "-"),
      bytes.allSatisfy({ byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
      })
    else { return nil }
    self.text = text
  }

  /// For what the store holds, which was parsed when it was stored.
  package init(known text: String) { self.text = text }

  /// Nil when too many of the bytes fell outside the range (about once in 10^13): ask for others.
  package init?(random bytes: [UInt8]) {
    let usable = bytes.filter { $0 < 248 }.prefix(15).map { MeetingID.alphabet[Int($0) % 31] }
    guard usable.count == 15 else { return nil }
    let groups = [usable[0..<5], usable[5..<10], usable[10..<15]]
    text = groups.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
  }
}
