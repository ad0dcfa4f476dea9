/// A front end's link to a meeting, with places for what each link says: `{meeting}` and, where the front end wants
/// them, `{invite}` and `{passcode}`.
package struct LinkTemplate: Hashable, Sendable {
  package enum Flaw: Error, Hashable, Sendable {
    /// No web address, or none with `{meeting}` in it.
    case leadsNowhere
    /// Braces around something else.
    case unknownPlace
    /// A code or a passcode where more than the web server gets to read it: in the host's name, or in the clear.
    case exposedSecret
  }

  private enum Place: String, CaseIterable {
    case meeting, invite, passcode

    var mark: String { "{\(rawValue)}" }
  }

  /// Where it leads, with what may stand before and behind it: `meet.example.org`.
  package let host: String
  private let path: String
  /// What `&` separates after `?` and after `#`; nothing where there is no such sign.
  private let query: [String]
  private let fragment: [String]

  package init(parsing text: String) throws(Flaw) {
    let isWeb = text.hasPrefix("https://") || text.hasPrefix("http://")
    let isPlain = text.utf8.count <= 2048 && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    guard isWeb, isPlain, text.contains(Place.meeting.mark) else { throw .leadsNowhere }
    let rest = Place.allCases.reduce(text) { $0.replacing($1.mark, with: "") }
    if rest.contains("{") || rest.contains("}") { throw .unknownPlace }
    let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let sent = parts[0].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(sent[0])
    query = sent.dropFirst().flatMap(LinkTemplate.pairs)
    fragment = parts.dropFirst().flatMap(LinkTemplate.pairs)
    let host = text.split(separator: "://", maxSplits: 1)[1].prefix { !"/?#".contains($0) }
    let isInClear = text.hasPrefix("http://")
    if LinkTemplate.asksForSecret(isInClear ? parts[0] : host) { throw .exposedSecret }
    self.host = String(host)
  }

  private static func pairs(_ text: Substring) -> [String] {
    text.split(separator: "&", omittingEmptySubsequences: false).map(String.init)
  }

  private static func asksForSecret(_ text: Substring) -> Bool {
    text.contains(Place.invite.mark) || text.contains(Place.passcode.mark)
  }

  /// The link to a meeting: with an invite's code, where there is one, and with the passcode only where the
  /// template asks for it. What a link has nothing to say of goes, with the parameter that it would have stood in.
  package func url(to meeting: MeetingID, invite: String? = nil, passcode: String? = nil) -> String {
    let values: [Place: String] = [.meeting: meeting.text, .invite: invite ?? "", .passcode: passcode ?? ""]
    var sent = query
    var kept = fragment
    // Unasked, a code goes behind the `#`: what stands there a browser keeps to itself, so that it is in no request,
    // no server's or proxy's log and no `Referer`; the page reads it and sends it in a body.
    let asksForInvite = ([path] + query + fragment).contains { $0.contains(Place.invite.mark) }
    if invite != nil && !asksForInvite { kept.append("invite=" + Place.invite.mark) }
    sent.removeAll { LinkTemplate.isLeftEmpty($0, values) }
    kept.removeAll { LinkTemplate.isLeftEmpty($0, values) }
    let text =
      path + (sent.isEmpty ? "" : "?" + sent.joined(separator: "&"))
      + (kept.isEmpty ? "" : "#" + kept.joined(separator: "&"))
    // What was filled in holds no braces any more.
    return values.reduce(text) { $0.replacing($1.key.mark, with: LinkTemplate.encoded($1.value)) }
  }

  private static func isLeftEmpty(_ pair: String, _ values: [Place: String]) -> Bool {
    values.contains { $0.value.isEmpty && pair.contains($0.key.mark) }
  }

  /// Percent-encoded (RFC 3986): all but its unreserved characters, section 2.3.
  private static func encoded(_ text: String) -> String {
    let hex = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
