import AnteroomClient
import ArgumentParser

/// Where accounts come from.
enum ImportFormat: String, CaseIterable, ExpressibleByArgument {
  case csv, htpasswd, nextcloud, greenlight, prosody
}

/// An account as another program keeps it.
struct ImportRecord: Equatable {
  var username: String
  var displayName: String?
  var isHost = false
  /// As the API takes it; nil where there is none, or none that can be taken.
  var hash: String?
  /// Why the password that its owner had does not come along, where that is known.
  var note: String?

  /// Why it cannot be sent; nil where it can. One account must not spoil the call for those beside it.
  var flaw: String? {
    for text in [username, displayName ?? "", hash ?? ""] {
      if text.utf8.contains(0) { return "it holds a NUL" }
      if text.utf8.count > ImportRecord.mostBytes { return "it is longer than \(ImportRecord.mostBytes) bytes" }
    }
    return nil
  }

  private static let mostBytes = 2048

  func json(isHost everyone: Bool, profile: String?) -> JSONValue {
    var members = [JSONValue.Member("username", .string(username))]
    if let displayName { members.append(.init("display_name", .string(displayName))) }
    if isHost || everyone { members.append(.init("roles", .array([.string("host")]))) }
    if let profile { members.append(.init("profile", .string(profile))) }
    if let hash { members.append(.init("password_hash", .string(hash))) }
    return .object(members)
  }
}

/// What stands at one place of a list.
struct ImportEntry: Equatable {
  struct Mistake: Error, Equatable {
    let text: String
    /// Whom it is about, where so much could be read.
    var username = ""
  }

  /// A line's number or a file's name.
  let place: String
  let record: Result<ImportRecord, Mistake>
}

/// A list that is read one account at a time.
protocol ImportSource {
  /// Nil at the end. Throws where nothing further can be read.
  mutating func next() throws -> ImportEntry?
  /// How far it has been read, and how much there is, where that is known.
  var progress: (done: Int, total: Int?) { get }
}

extension ImportFormat {
  func source(_ path: String) throws -> any ImportSource {
    if self != .prosody, ImportFile.isDirectory(path) {
      throw Failure(
        .usage, "could not read \(path)", why: "it is a directory, and \(rawValue) is a file",
        next: "name the file, or say --format prosody")
    }
    return switch self {
    case .csv: try ImportTable(.open(path), .csv)
    case .nextcloud: try ImportTable(.open(path), .nextcloud)
    case .greenlight: try ImportTable(.open(path), .greenlight)
    case .htpasswd: try ImportHtpasswd(.open(path))
    case .prosody: try ImportProsody(path)
    }
  }
}
