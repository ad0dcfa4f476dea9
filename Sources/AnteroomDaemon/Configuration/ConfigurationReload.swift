extension Configuration {
  /// The sections, as they stand in the file, in which another configuration says what only a restart takes up. Not
  /// named are `[sockets]`, which stop a reload, and what a reload takes up: `[policy]`, `[profiles]`, `[turn]`,
  /// `[[frontend]]`, `[[audience]]`, `[[issuer]]`, the log's level and the list of breached passwords.
  package func sectionsForRestart(in new: Configuration) -> [String] {
    var passwords = new.passwords
    passwords.breachedFile = self.passwords.breachedFile
    return [
      ("[store]", new.storePath != storePath), ("[keys]", new.keyDirectory != keyDirectory),
      ("[passwords]", passwords != self.passwords), ("[sessions]", new.sessions != sessions),
      ("[limits]", new.limits != limits), ("[names]", new.reservedNames != reservedNames),
      ("[log]", new.logFormat != logFormat),
    ].filter(\.1).map(\.0)
  }
}
