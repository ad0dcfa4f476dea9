/// Of which version a change is meant to be (`If-Match`: RFC 9110, section 13.1.1).
package enum ExpectedVersion: Hashable, Sendable {
  case any
  case oneOf([Int64])

  package func allows(_ version: Int64) -> Bool {
    switch self {
    case .any: true
    case .oneOf(let versions): versions.contains(version)
    }
  }
}
