/// The TURN servers that whoever may be in is told of.
package struct TurnServers: Hashable, Sendable {
  /// RFC 7065.
  package let uris: [String]
  package let secretFile: String
  /// How long a credential is good.
  package let seconds: Int

  package init(uris: [String], secretFile: String, seconds: Int) {
    self.uris = uris
    self.secretFile = secretFile
    self.seconds = seconds
  }

  /// A credential cannot be called back: it ends by itself, and soon.
  package static let longest = 600
}
