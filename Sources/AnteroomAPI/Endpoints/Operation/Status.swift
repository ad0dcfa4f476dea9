import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func status(_ services: Services) -> Endpoint {
    Endpoint("status", "GET", "/v1/status", access: .operators, secret: nil, cost: .read, body: .none) { _ in
      let status = try await services.operation.status()
      let peppers = try await services.keys.pepperFacts()
      let now = services.operation.now
      return .json(200) { json in
        json.member("version", services.operation.version)
        json.member("uptime_seconds", now.milliseconds(since: status.startedAt) / 1000)
        json.member("started_at", status.startedAt)
        json.object("store") { json in
          json.member("path_kind", "file")
          json.member("schema", status.schema)
          json.member("synchronous", status.synchronous)
          json.member("journal_mode", status.journalMode)
          json.member("size_bytes", status.storeBytes)
        }
        json.array("keys", services.keys.facts()) { $0.signingKey($1) }
        json.array("peppers", peppers) { $0.pepper($1.pepper, passwords: $1.passwords) }
        json.object("hashing") { json in
          json.member("waiting", status.hashing.waiting)
          json.member("running", status.hashing.running)
          json.member("threads", status.hashing.threads)
          json.member("memory_kib_per_thread", status.hashing.memoryKiBPerThread)
        }
        json.member("accounts", status.accounts)
        json.member("sessions", status.sessions)
        json.member("meetings", status.meetings)
        json.member("waiting", status.waiting)
        json.object("audit") { $0.member("size", status.auditSize) }
        json.null("last_backup")
        json.null("last_purge")
        json.array("warnings", status.warnings) { $0.value($1) }
      }
    }
  }
}
