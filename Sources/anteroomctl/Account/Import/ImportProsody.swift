/// The accounts of one host of a Prosody that keeps them in files: `…/HOST/accounts/USER.dat`.
struct ImportProsody: ImportSource {
  private static let largestFile = 65_536

  private static let whereHostsAre =
    "name a host's directory, for instance /var/lib/prosody/example%2eorg; which there are says: ls /var/lib/prosody"

  private let directory: String
  private let files: [String]
  private var index = 0

  /// - Parameter path: the directory of the accounts, or the host's above it
  init(_ path: String) throws {
    guard ImportFile.isDirectory(path) else {
      throw Failure(
        .usage, "could not read \(path)", why: "it is no directory", next: ImportProsody.whereHostsAre)
    }
    let below = path + "/accounts"
    directory = ImportFile.isDirectory(below) ? below : path
    files = try ImportFile.names(in: directory).filter { $0.hasSuffix(".dat") }
    if files.isEmpty {
      let hosts = try ImportFile.names(in: path).filter { ImportFile.isDirectory("\(path)/\($0)/accounts") }
      throw Failure(
        .usage, "could not read \(path)",
        why: hosts.isEmpty ? "there are no accounts in it" : "its hosts are \(hosts.joined(separator: ", "))",
        next: hosts.first.map { "name one host's directory: \(path)/\($0)" } ?? ImportProsody.whereHostsAre)
    }
  }

  var progress: (done: Int, total: Int?) { (index, files.count) }

  mutating func next() throws -> ImportEntry? {
    guard index < files.count else { return nil }
    let file = files[index]
    index += 1
    guard let bytes = try ImportFile.small("\(directory)/\(file)", limit: ImportProsody.largestFile) else {
      return ImportEntry(
        place: file,
        record: .failure(
          .init(
            text: "it is no file of at most \(ImportProsody.largestFile) bytes",
            username: ImportProsody.username(of: file) ?? "")))
    }
    return ImportEntry(place: file, record: ImportProsody.record(file: file, bytes))
  }

  static func record(file: String, _ bytes: [UInt8]) -> Result<ImportRecord, ImportEntry.Mistake> {
    guard let username = username(of: file) else { return .failure(.init(text: "the file's name is no username")) }
    func mistake(_ text: String) -> Result<ImportRecord, ImportEntry.Mistake> {
      .failure(.init(text: text, username: username))
    }
    let table: LuaValue
    do {
      table = try LuaReader.read(bytes)
    } catch {
      return mistake("it is not what Prosody writes, at byte \(error.offset)")
    }
    guard case .table = table else { return mistake("it holds no account") }
    if table["disabled"] == .flag(true) { return mistake("the account is disabled there") }
    var record = ImportRecord(username: username, hash: scram(table))
    if record.hash == nil { record.note = note(table) }
    return .success(record)
  }

  private static func note(_ table: LuaValue) -> String {
    table["password"] == nil
      ? "Prosody keeps no password for it that can be taken over."
      : "Prosody keeps its password in the clear, which is not taken over: it is set anew."
  }

  /// As RFC 5803 writes it; nil where the password lies there in the clear, or not at all: it is set anew, since a
  /// password in the clear goes into no request but a sign-in's. The salt is the text itself, not its base64.
  private static func scram(_ table: LuaValue) -> String? {
    guard let salt = table["salt"]?.bytes, let iterations = table["iteration_count"]?.number,
      let stored = table["stored_key"]?.bytes.flatMap({ Hex.bytes($0[...]) }),
      let server = table["server_key"]?.bytes.flatMap({ Hex.bytes($0[...]) })
    else { return nil }
    // By their length: 20 bytes are SHA-1's, which Prosody always used, 32 SHA-256's, which it can be told to use.
    let scheme = stored.count == 32 ? "SCRAM-SHA-256" : "SCRAM-SHA-1"
    return "\(scheme)$\(iterations):\(Base64.text(salt))$\(Base64.text(stored)):\(Base64.text(server))"
  }

  /// `ada%2elovelace.dat` is `ada.lovelace`.
  private static func username(of file: String) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(file.utf8)[...].dropLast(4)
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = Hex.bytes(rest.prefix(2))?.first else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return bytes.isEmpty ? nil : String(validating: bytes, as: UTF8.self)
  }
}

enum Hex {
  /// Nil for an odd number of digits, or for what is none.
  static func bytes(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count.isMultiple(of: 2) else { return nil }
    var values: [UInt8] = []
    for byte in text {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): values.append(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): values.append(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): values.append(byte - UInt8(ascii: "A") + 10)
      case _: return nil
      }
    }
    return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
  }
}

enum Base64 {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// With padding (RFC 4648, section 4).
  static func text(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let value = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for digit in 0..<4 {
        output.append(digit <= group.count ? digits[value >> (18 - 6 * digit) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
