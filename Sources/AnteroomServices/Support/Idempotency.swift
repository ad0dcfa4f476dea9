package import AnteroomCore
import SecretMemory

/// A creation that may be repeated: its scope (front end, bearer, method, path, key) and its body, both
/// as keyed digests.
package struct IdempotencyClaim: Hashable, Sendable {
  package let scope: Digest
  package let body: Digest

  package init(scope: Digest, body: Digest) {
    self.scope = scope
    self.body = body
  }

  package static let keptSeconds = 86_400

  var sealingContext: String { "idempotency " + scope.hex }
}

/// A creation's answer, made now or repeated.
package enum Creation<Value: Sendable, Refusal: Sendable>: Sendable {
  case created(Value)
  /// What was answered the first time, without its once-shown secrets.
  case replayed([UInt8])
  /// The key stands for another body.
  case idempotencyConflict
  case refused(Refusal)
}

extension Transaction {
  /// Runs a creation at most once for a claim; `render` makes the answer that a repetition gets. It is kept
  /// sealed: there are names in it.
  func once<Value: Sendable, Refusal: Sendable>(
    _ claim: IdempotencyClaim?, sealing: any Sealing, render: (Value) -> [UInt8],
    about: (Value) -> AccountID? = { _ in nil }, _ create: () throws(StorageFault) -> Creation<Value, Refusal>
  ) throws(StorageFault) -> Creation<Value, Refusal> {
    guard let claim else { return try create() }
    if let record = try idempotencyRecord(claim.scope) {
      guard record.body.equalsInConstantTime(claim.body),
        let answer = sealing.open(record.answer, context: claim.sealingContext)
      else { return .idempotencyConflict }
      return .replayed(answer.withBytes { bytes in bytes.indices.map { bytes[$0] } })
    }
    let creation = try create()
    if case .created(let value) = creation {
      try save(
        IdempotencyRecord(
          body: claim.body,
          answer: sealing.seal(SecretBytes(copying: render(value)), context: claim.sealingContext),
          about: about(value)), as: claim.scope,
        expiresAt: now.adding(seconds: IdempotencyClaim.keptSeconds))
    }
    return creation
  }
}
