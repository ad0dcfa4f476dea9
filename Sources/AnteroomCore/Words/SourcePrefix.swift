/// Where somebody comes from, as far as it is counted: an IPv4 address, or the /64 of an IPv6 one,
/// since one subscriber has as many addresses in it as he likes.
package struct SourcePrefix: Hashable, Sendable {
  /// Canonical text, used only to make a keyed digest of it.
  package let text: String

  /// Reads an IPv4 or IPv6 address (RFC 4291 section 2.2, without zone); an IPv4-mapped one counts as
  /// the IPv4 address. Nil for anything else.
  package init?(address: String) {
    let bytes = Array(address.utf8)
    guard !bytes.isEmpty, bytes.count <= 45 else { return nil }
    if let four = SourcePrefix.ipv4(bytes[...]) {
      text = four.map(String.init).joined(separator: ".")
      return
    }
    guard let groups = SourcePrefix.ipv6(bytes) else { return nil }
    if groups[0..<5].allSatisfy({ $0 == 0 }) && groups[5] == 0xFFFF {
      text = [groups[6] >> 8, groups[6] & 255, groups[7] >> 8, groups[7] & 255].map { String($0) }
        .joined(separator: ".")
    } else {
      text = groups[0..<4].map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
    }
  }

  private static func ipv4(_ bytes: ArraySlice<UInt8>) -> [UInt16]? {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var octets: [UInt16] = []
    for part in parts {
      guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
      var value: UInt16 = 0
      for byte in part {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        value = value * 10 + UInt16(byte - UInt8(ascii: "0"))
      }
      guard value < 256 else { return nil }
      octets.append(value)
    }
    return octets
  }

  private static func ipv6(_ bytes: [UInt8]) -> [UInt16]? {
    let colon = UInt8(ascii: ":")
    let gap = bytes.indices.dropLast().first { bytes[$0] == colon && bytes[$0 + 1] == colon }
    guard let gap else {
      let all = groups(bytes[...])
      return all?.count == 8 ? all : nil
    }
    guard let head = groups(bytes[..<gap], mayEndInIPv4: false), let tail = groups(bytes[(gap + 2)...]),
      head.count + tail.count < 8
    else { return nil }
    return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
  }

  /// Groups of hexadecimal digits between single colons; the last of an address may be an IPv4 one.
  private static func groups(_ bytes: ArraySlice<UInt8>, mayEndInIPv4: Bool = true) -> [UInt16]? {
    if bytes.isEmpty { return [] }
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if mayEndInIPv4, index == parts.count - 1, let four = ipv4(part) {
        groups += [four[0] << 8 | four[1], four[2] << 8 | four[3]]
        continue
      }
      guard (1...4).contains(part.count) else { return nil }
      var value: UInt16 = 0
      for byte in part {
        guard let digit = hex(byte) else { return nil }
        value = value << 4 | digit
      }
      groups.append(value)
    }
    return groups
  }

  private static func hex(_ byte: UInt8) -> UInt16? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}
