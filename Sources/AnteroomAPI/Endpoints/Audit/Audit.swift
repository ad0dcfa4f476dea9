import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func listAudit(_ services: Services) -> Endpoint {
    Endpoint(
      "listAudit", "GET", "/v1/audit", access: .operators, secret: nil, cost: .read,
      query: ["after", "subject", "event", "limit"], body: .none
    ) { exchange in
      var from: Int64 = 0
      if let text = exchange.query["after"] {
        guard let after = Numbers.decimal(text) else {
          throw Refusal(.invalidField, "after must be the index of a record.")
        }
        from = after + 1
      }
      let page = try await services.audit.records(
        from: from, limit: try exchange.limit(), subject: exchange.query["subject"], event: exchange.query["event"])
      let last = page.items.last?.record.index
      return .page(Page(items: page.items, next: page.next == nil ? nil : last)) { $0.auditRecord($1) }
    }
  }

  static func auditCheckpoint(_ services: Services) -> Endpoint {
    Endpoint(
      "auditCheckpoint", "GET", "/v1/audit/checkpoint", access: .operators, secret: nil, cost: .write, body: .none
    ) { _ in
      let checkpoint = try await services.audit.checkpoint()
      return .json(200) { json in
        json.member("size", checkpoint.size)
        json.member("root", checkpoint.root.hex)
        json.member("note", checkpoint.note)
        json.member("verifier_key", checkpoint.verifierKey)
      }
    }
  }

  static func verifyAudit(_ services: Services) -> Endpoint {
    Endpoint(
      "verifyAudit", "POST", "/v1/audit/verify", access: .operators, secret: nil, cost: .scan, body: .none
    ) { _ in
      let verification = try await services.audit.verify()
      return .json(200) { json in
        switch verification {
        case .intact(let size, let root):
          json.member("ok", true)
          json.member("size", size)
          json.member("root", root.hex)
        case .broken(let index, let reason, let size):
          json.member("ok", false)
          json.member("first_bad_index", index)
          json.member("reason", reason)
          json.member("size", size)
        }
      }
    }
  }
}

extension JSONText {
  mutating func auditRecord(_ read: ReadAuditRecord) {
    let record = read.record
    object { json in
      json.member("index", record.index)
      json.member("time", record.time)
      json.member("event", record.event)
      json.member("actor", record.actor)
      json.member("subject", record.subject)
      if record.request.isEmpty { json.null("request_id") } else { json.member("request_id", record.request) }
      json.key("detail")
      json.raw(record.detail.isEmpty ? Array("{}".utf8) : Array(record.detail.utf8))
      if let personal = read.personal {
        json.key("personal")
        json.raw(personal)
      }
    }
  }
}
