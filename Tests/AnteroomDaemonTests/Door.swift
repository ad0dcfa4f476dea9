import AnteroomAPI
import AnteroomCore
import AnteroomDaemon
import AnteroomSQLite
import AnteroomServices
import Foundation
import Testing

/// A meeting without a host's eye at its door, on a site of its own, for what is kept and told of joins.
struct Door: Sendable {
  static let id = MeetingID(known: "kq3vm-8tzpa-w2hfd")
  static let path = "/v1/meetings/kq3vm-8tzpa-w2hfd"

  let site: Site

  /// Nothing is asked of anybody but what `own` says.
  static func open(_ own: PolicyValues = [:], _ body: (Door) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("door-\(UUID().uuidString).db").path
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let door = Door(site: try Site(path: path))
    let host = AccountID(known: "acct_00000000000000000000000000")
    let values = own.merging([.passcode: "off", .waitingRoom: "off", .beforeHost: "allow"]) { mine, _ in mine }
    let inserted = try await door.site.composition.store.write { tx throws(StorageFault) in
      _ = try tx.insert(
        Account(
          id: host, username: Username(known: "ada"), displayName: DisplayName(known: "Ada"), isHost: true,
          vouched: true, disabled: false, hasSecondFactor: true, createdAt: tx.now, lastSignInAt: nil, version: 1),
        salt: [UInt8](repeating: 2, count: 16))
      return try tx.insert(
        Meeting(
          id: id, external: nil, frontEnd: "web", kind: .once, title: nil, host: host, cohosts: [],
          profile: "general",
          policy: tx.policies.effective(profile: "general", hostProfile: nil, own: values), own: values,
          passcodeKind: nil, passcodeDigest: nil, passcodeFailures: 0, state: .open, locked: false, occurrence: 1,
          epoch: 1, tally: .empty, createdAt: tx.now, version: 1))
    }
    #expect(inserted == .inserted)
    try await body(door)
    await door.site.close()
  }

  /// Another policy from now on, as a host's change would leave it.
  func change(_ setting: PolicySetting, to value: PolicyValue) async throws {
    try await site.composition.store.write { tx throws(StorageFault) in
      guard var meeting = try tx.meeting(Door.id) else { return }
      meeting.own[setting] = value
      meeting.adopt(tx.policies.effective(profile: "general", hostProfile: nil, own: meeting.own))
      try tx.updateRecord(of: meeting)
    }
  }

  /// The status and the body, as a front end reads them.
  func ask(
    _ method: String, _ target: String, ticket: String? = nil, _ body: String? = nil, asOperator: Bool = false
  ) async throws -> (status: Int, json: [String: Any]) {
    let reply = await site.ask(method, target, on: asOperator ? .admin : .frontend, bearer: ticket, body: body)
    let json = try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any]
    return (reply.status, try #require(json))
  }

  /// A new join's ticket and id.
  func knock(_ more: String = "") async throws -> (ticket: String, id: String) {
    let answer = try await ask("POST", Door.path + "/joins", #"{"display_name":"Xenia"\#(more)}"#)
    #expect(answer.status == 201, "\(answer.json)")
    let join = try #require(answer.json["join"] as? [String: Any])
    return (try #require(answer.json["ticket"] as? String), try #require(join["id"] as? String))
  }

  func own(_ ticket: String) async throws -> [String: Any] {
    try await ask("GET", "/v1/joins/self", ticket: ticket).json
  }
}
