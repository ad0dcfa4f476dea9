/// Reads the configuration (the contract's section 8), strictly: what is not known, of the wrong kind or unsafe is
/// a mistake. A key that is misspelt would otherwise leave its protection at a default that nobody chose.
package enum ConfigurationReader {
  /// Reads `path`, then `conf.d/*.toml` beside it in the order of their names.
  ///
  /// - Parameter cores: of this machine, for the default of how many hashes run at a time.
  /// - Throws: every mistake of all files. Users are looked up; nothing on disk is changed.
  package static func read(path: String, cores: Int) throws(ConfigurationMistakes) -> Configuration {
    let mistakes = MistakeList()
    var draft = ConfigurationDraft(configuration: Configuration(cores: cores))
    let files = [path] + ConfigurationFile.additions(beside: path, mistakes)
    for file in files { read(file, into: &draft, mistakes) }
    let configuration = draft.concluded(mistakes)
    guard mistakes.all.isEmpty else { throw ConfigurationMistakes(mistakes: mistakes.sorted(by: files)) }
    return configuration
  }

  private static func read(_ path: String, into draft: inout ConfigurationDraft, _ mistakes: MistakeList) {
    guard let text = ConfigurationFile.read(path, mistakes) else { return }
    do throws(TOMLNode.SyntaxError) {
      let values = try TOMLNode.parse(text)
      let lines = TOMLLines(text)
      if let line = lines.escapedNUL {
        mistakes.add(ConfigurationSpot(file: path, line: line), "there is a NUL in a text", "remove \\u0000 from it")
      }
      let root = ConfigurationTable(file: path, values: values, lines: lines, mistakes: mistakes)
      for key in root.keys { read(key, of: root, into: &draft) }
    } catch {
      mistakes.add(
        ConfigurationSpot(file: path, line: error.line), "it is not TOML from here on: \(error.problem)",
        "correct this line, or the end of the one before")
    }
  }

  private static func read(_ key: String, of root: ConfigurationTable, into draft: inout ConfigurationDraft) {
    switch key {
    case "sockets": if let table = root.table(key) { draft.readSockets(table) }
    case "store": if let table = root.table(key) { draft.readStore(table) }
    case "keys": if let table = root.table(key) { draft.readKeys(table) }
    case "passwords": if let table = root.table(key) { draft.readPasswords(table) }
    case "sessions": if let table = root.table(key) { draft.readSessions(table) }
    case "limits": if let table = root.table(key) { draft.readLimits(table) }
    case "names": if let table = root.table(key) { draft.readNames(table) }
    case "policy": if let table = root.table(key) { draft.readPolicy(table) }
    case "profiles": if let table = root.table(key) { draft.readProfiles(table) }
    case "turn": if let table = root.table(key) { draft.readTurn(table) }
    case "log": if let table = root.table(key) { draft.readLog(table) }
    case "frontend": for table in root.tables(key) { draft.readFrontEnd(table) }
    case "audience": for table in root.tables(key) { draft.readAudience(table) }
    case "issuer": for table in root.tables(key) { draft.readIssuer(table) }
    // The contract's, and nothing here acts on them: to take them in silence would be to promise it.
    case "retention", "backup":
      root.mistake(key, "`\(key)` is not in this version", "remove it: nothing would act on it")
    default:
      root.mistake(
        key, "there is no table or key \(key.shown)",
        "remove it, or write one of: [sockets], [store], [keys], [passwords], [sessions], [limits], [names], [turn], "
          + "[policy], [profiles.NAME], [log], [[frontend]], [[audience]], [[issuer]]")
    }
  }
}
