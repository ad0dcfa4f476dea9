import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func answerNotice(_ services: Services) -> Endpoint {
    Endpoint(
      "answerNotice", "POST", "/v1/joins/self/consents", access: .frontEnds(.joins, bearer: .ticket), secret: nil,
      cost: .write, body: .object(secrets: [])
    ) { exchange in
      var body = try exchange.body()
      let id = try body.string("id", limit: 64)
      guard let version = try body.optionalInteger("version", in: Notice.versions) else {
        throw body.missing("version")
      }
      // Said outright: nobody agrees, or takes it back, by leaving a member out.
      guard let agreed = try body.optionalBool("agreed") else { throw body.missing("agreed") }
      try body.finish()
      return try .own(
        try await services.ownJoins.consent(
          NoticeAnswer(id: id, version: version, agreed: agreed), caller: exchange.caller), exchange)
    }
  }

  static func showOwnRecord(_ services: Services) -> Endpoint {
    Endpoint(
      "showOwnRecord", "GET", "/v1/joins/self/record", access: .frontEnds(.joins, bearer: .ticket), secret: nil,
      cost: .read, body: .none
    ) { exchange in
      guard let record = try await services.ownJoins.record(caller: exchange.caller) else {
        throw Refusal(.invalidToken)
      }
      return .json(200) { $0.record(record) }
    }
  }
}

/// One kind of thing that is kept of a join.
private struct KeptItem {
  let item: String
  let what: String
  let seenBy: [String]
  /// Nil where no time is set.
  let until: Instant?
  let ends: String
}

extension JSONText {
  fileprivate mutating func record(_ record: OwnRecord) {
    key("join")
    join(record.join, epoch: record.epoch)
    array("consents", record.consents) { json, consent in
      json.object { json in
        json.member("id", consent.notice)
        json.member("version", consent.version)
        json.member("text_sha256", consent.textDigest.hex)
        json.member("agreed", consent.answer.agreed)
        json.member("at", consent.time)
        if let time = consent.withdrawnAt { json.member("withdrawn_at", time) }
      }
    }
    array("stays", record.stays) { json, stay in json.object { $0.times(of: stay) } }
    array("kept", KeptItem.all(of: record)) { json, item in
      json.object { json in
        json.member("item", item.item)
        json.member("what", item.what)
        json.array("seen_by", item.seenBy) { $0.value($1) }
        if let until = item.until { json.member("until", until) } else { json.null("until") }
        json.member("ends", item.ends)
      }
    }
  }
}

extension KeptItem {
  /// Everything, whether it shows above or not.
  static func all(of record: OwnRecord) -> [KeptItem] {
    let withMeeting = "when the meeting is deleted"
    var items = [
      KeptItem(
        item: "join", what: "the members of `join` above, and the session that it was made with",
        seenBy: ["joiner", "front end", "hosts", "operators"], until: nil, ends: withMeeting),
      KeptItem(
        item: "ticket", what: "a digest of it", seenBy: [], until: record.join.deadline,
        ends: "with the join's state; a rejoin or another wait begins it anew"),
      KeptItem(
        item: "name comparison", what: "two numbers made from the name, by which names that look alike are found",
        seenBy: [], until: nil, ends: withMeeting),
    ]
    if record.join.source != nil {
      items.append(
        KeptItem(
          item: "source", what: "a number made with a secret key from the network address, for counting",
          seenBy: [], until: nil, ends: withMeeting))
    }
    items += [
      KeptItem(
        item: "consents", what: "what was said to which notice, with the hash of its text", seenBy: ["joiner"],
        until: nil, ends: withMeeting),
      KeptItem(
        item: "events", what: "each change, without a name", seenBy: ["joiner", "front end", "hosts"],
        until: record.time.adding(seconds: EventStream.keptSeconds), ends: "a day after each"),
      KeptItem(
        item: "audit", what: "each change with its time and who did it; the name sealed under a key of this join's own",
        seenBy: ["operators"], until: nil, ends: "the name when that key goes with the meeting"),
    ]
    if record.keepsAttendance || !record.stays.isEmpty {
      items.append(
        KeptItem(
          item: "attendance", what: "when one came and left, and the name, sealed", seenBy: ["hosts", "operators"],
          until: nil, ends: withMeeting))
    }
    return items
  }
}
