import AnteroomCore
import AnteroomServices
import SecretMemory

/// `source: {ip, known_device?}` as a front end gives it.
struct SourceMember {
  let ip: SourcePrefix?
  let knownDevice: TokenProof?
}

extension BodyReader {
  /// Read strictly from everybody; believed only from those who are configured to be.
  mutating func source(_ mint: TokenMint) throws(Refusal) -> SourceMember {
    guard var source = try optionalObject("source") else { return SourceMember(ip: nil, knownDevice: nil) }
    var prefix: SourcePrefix?
    if let text = try source.optionalString("ip", limit: 64) {
      guard let parsed = SourcePrefix(address: text) else {
        throw Refusal(.invalidField, "must be an IPv4 or IPv6 address", pointer: source.pointer(to: "ip"))
      }
      prefix = parsed
    }
    var device: TokenProof?
    if let secret = try source.optionalSecret("known_device") { device = secret.withBytes { mint.read($0) } }
    try source.finish()
    return SourceMember(ip: prefix, knownDevice: device)
  }
}

extension Caller {
  func origin(_ source: SourceMember) -> AttemptLimiter.Origin {
    AttemptLimiter.Origin(frontEnd: frontEnd, source: source.ip)
  }
}
