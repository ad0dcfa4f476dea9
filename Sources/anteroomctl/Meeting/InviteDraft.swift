import AnteroomClient

/// An invite that is to be made, from options or from a line of a list.
struct InviteDraft: Equatable {
  /// The names of a list's columns, which are those of the API.
  static let columns = [
    "label", "account", "role", "uses", "expires_at", "bypass_waiting_room", "display_name",
  ]

  var label: String?
  /// A username or an id.
  var account: String?
  var role: String?
  var uses: Int?
  var expiresAt: String?
  var bypassWaitingRoom = false
  var displayName: String?

  /// Whom it is for, as people say it.
  var name: String { displayName ?? label ?? account ?? "" }

  func body(account id: String?) -> WipedBytes {
    var body = JSONBody()
    body.set("label", ifPresent: label)
    body.set("account", ifPresent: id)
    body.set("role", ifPresent: role)
    if let uses { body.set("uses", .integer(uses)) }
    body.set("expires_at", ifPresent: expiresAt)
    if bypassWaitingRoom { body.set("bypass_waiting_room", .bool(true)) }
    body.set("display_name", ifPresent: displayName)
    return body.finish()
  }
}

/// A list of invites: a header that names columns, then one invite a line.
struct InviteList: Equatable {
  struct Line: Equatable {
    let number: Int
    /// What is wrong with it, where it is none.
    let draft: Result<InviteDraft, Mistake>
    /// The same for the same line, whatever stands around it: a list that is run again makes nobody a second
    /// invite. Of lines that are alike each has its own.
    let key: String
  }

  struct Mistake: Error, Equatable { let text: String }

  let lines: [Line]

  /// `batch` makes other keys of the same lines. Throws where no line can be read.
  init(_ text: String, batch: String) throws(Mistake) {
    let records: [(line: Int, fields: [String])]
    do {
      records = try CSV.read(text)
    } catch {
      switch error {
      case .quote(let line): throw Mistake(text: "line \(line): a quote is not closed, or stands inside a field")
      }
    }
    guard let header = records.first?.fields.map({ InviteList.trimmed($0) }) else {
      throw Mistake(text: "there is no header line")
    }
    if let unknown = header.first(where: { !InviteDraft.columns.contains($0) }) {
      throw Mistake(text: "the header names \(unknown); there are \(InviteDraft.columns.joined(separator: ", "))")
    }
    if Set(header).count < header.count { throw Mistake(text: "the header names a column twice") }
    var seen: [[String]: Int] = [:]
    lines = records.dropFirst().map { record in
      let fields = record.fields.map { InviteList.trimmed($0) }
      seen[fields, default: 0] += 1
      let key = InviteList.key([batch, "\(seen[fields] ?? 0)"] + header + fields)
      return Line(number: record.line, draft: InviteList.draft(header, fields), key: key)
    }
  }

  private static func draft(_ header: [String], _ fields: [String]) -> Result<InviteDraft, Mistake> {
    guard fields.count == header.count else {
      return .failure(Mistake(text: "\(fields.count) fields under a header of \(header.count)"))
    }
    var draft = InviteDraft()
    for (name, field) in zip(header, fields) where !field.isEmpty {
      switch name {
      case "label": draft.label = field
      case "account": draft.account = field
      case "role": draft.role = field
      case "uses":
        guard field.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let uses = Int(field) else {
          return .failure(Mistake(text: "uses is no number: \(field)"))
        }
        draft.uses = uses
      case "expires_at": draft.expiresAt = field
      case "bypass_waiting_room":
        guard ["true", "false", "yes", "no"].contains(field) else {
          return .failure(Mistake(text: "bypass_waiting_room is neither true nor false: \(field)"))
        }
        draft.bypassWaitingRoom = field == "true" || field == "yes"
      case _: draft.displayName = field
      }
    }
    return .success(draft)
  }

  private static func trimmed(_ text: String) -> String {
    var rest = text[...]
    while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
    while rest.last == " " || rest.last == "\t" { rest.removeLast() }
    return String(rest)
  }

  /// FNV-1a over 128 bits. It only has to tell lines apart: should two ever meet, the daemon compares the bodies
  /// and refuses the second.
  private static func key(_ parts: [String]) -> String {
    var hash: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
    for part in parts {
      for byte in Array(part.utf8) + [0xFF] {
        hash ^= UInt128(byte)
        hash &*= 0x0000_0000_0100_0000_0000_0000_0000_013B
      }
    }
    return "invite-" + String(hash, radix: 36)
  }
}
