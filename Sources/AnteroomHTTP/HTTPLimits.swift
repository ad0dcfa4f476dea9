/// What one connection, one request and one peer may take. The defaults are the contract's; tests shorten the times.
package struct HTTPLimits: Sendable {
  /// Bytes of a body, after a chunked one is put together.
  package var bodyBytes = 65_536
  /// Header fields of a request; trailer fields count with them.
  package var headerCount = 64
  /// Bytes of all header field lines with their line ends.
  package var headerBytes = 8_192
  /// Bytes of the request line: every target of this API is far shorter.
  package var requestLineBytes = 4_096
  /// From the connection, or from the first byte of a later request, to the end of the header. Absolute: a byte a
  /// second does not prolong it.
  package var headerTime: Duration = .seconds(5)
  /// From the end of the header to the end of the body. Absolute as well.
  package var bodyTime: Duration = .seconds(10)
  /// How long a kept connection may rest between requests.
  package var idleTime: Duration = .seconds(75)
  /// How long a refused client is read, unheard, so that it can finish sending and then read why it was refused.
  package var lingerTime: Duration = .seconds(2)
  /// How long the reader of a stream may take none of what is written for it.
  package var streamStallTime: Duration = .seconds(10)
  /// Open connections of one uid on one socket; those above it are told so and closed.
  package var connectionsPerPeer = 256
  /// How long requests under way may go on at shutdown before their tasks are cancelled: longer than a password
  /// hash, shorter than anybody waits for the daemon to stop.
  package var shutdownGrace: Duration = .milliseconds(500)
  /// How long cancelled requests may take to answer before their connections are cut.
  package var shutdownLimit: Duration = .seconds(3)

  package init() {}
}
