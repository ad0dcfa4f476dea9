import AnteroomServices

/// What a key derived from the root key is for. The label is part of the derivation: it may never change,
/// and no two purposes may share one.
enum KeyPurpose: Hashable, Sendable {
  case rootID
  case pepper
  case sealing
  case digest(DigestPurpose)
  case auditMark
  case auditPersonal
  case grantSigning
  case checkpoint

  static let all: [KeyPurpose] =
    [.rootID, .pepper, .sealing, .auditMark, .auditPersonal, .grantSigning, .checkpoint]
    + DigestPurpose.allCases.map { .digest($0) }

  var label: String {
    switch self {
    case .rootID: "root-id"
    case .pepper: "pepper"
    case .sealing: "sealing"
    case .digest(let purpose): "digest-\(purpose.rawValue)"
    case .auditMark: "audit-mark"
    case .auditPersonal: "audit-personal"
    case .grantSigning: "grant-signing"
    case .checkpoint: "checkpoint"
    }
  }
}
