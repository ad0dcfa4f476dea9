import AnteroomCore
import AnteroomCrypto
import AnteroomServices
import AnteroomSystem
import TOMLKit

package struct ConfigurationMistake: Sendable, CustomStringConvertible { package let description: String }
package struct ConfigurationMistakes: Error, Sendable { package let mistakes: [ConfigurationMistake] }
package enum ConfigurationReader {
  package static func read(path: String, cores: Int) throws(ConfigurationMistakes) -> Configuration {
    do {
      var c = Configuration(cores: cores)
      let t = try TOMLTable(string: SmallFile.text(at: path, limit: 1 << 20) ?? "")
      if let s = t["sockets"]?.table {
        if let v = s["frontend"]?.string { c.sockets.frontend = v };
        if let v = s["admin"]?.string { c.sockets.admin = v }; c.sockets.frontendGroup = s["frontend_group"]?.string
      }
      if let v = t["store"]?.table?["url"]?.string { c.storePath = String(v.dropFirst(7)) }
      if let v = t["keys"]?.table?["directory"]?.string { c.keyDirectory = v }
      if let p = t["passwords"]?.table {
        c.passwords.parameters = try Argon2Parameters(
          memoryKiB: p["memory_kib"]?.int ?? 65536, iterations: p["iterations"]?.int ?? 3, parallelism: 1);
        c.passwords.queue = p["queue"]?.int ?? 256; c.passwords.queueSeconds = p["queue_seconds"]?.int ?? 10
      }
      if let l = t["limits"]?.table {
        c.limits.sourceFailures = l["source_failures"]?.int ?? 50;
        c.limits.accountFailures = l["account_failures"]?.int ?? 10;
        c.limits.joinFailures = l["join_failures"]?.int ?? 10;
        c.limits.connectionsPerPeer = l["connections_per_peer"]?.int ?? 1024;
        c.limits.waitingPerMeeting = l["waiting_per_meeting"]?.int ?? 1000
      }
      if let a = t["audience"]?.array { c.audiences = a.compactMap { $0.table?["name"]?.string } }
      if let f = t["frontend"]?.array {
        for e in f {
          guard let e = e.table, let n = e["name"]?.string, let u = e["uid"]?.int else { continue }
          c.frontEnds.append(
            .init(
              uid: UInt32(u),
              frontEnd: FrontEnd(
                name: n,
                permissions: Set(
                  (e["permissions"]?.array ?? TOMLArray()).compactMap { $0.string.flatMap(Permission.init) }),
                audiences: (e["audiences"]?.array ?? TOMLArray()).compactMap { $0.string },
                isBelievedOnSource: e["source"]?.bool ?? false, clientKind: nil, link: e["link"]?.string)))
        }
      }
      c.logFormat = .text
      return c
    } catch { throw ConfigurationMistakes(mistakes: [.init(description: "\(error)")]) }
  }
}
