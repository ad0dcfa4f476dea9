import AnteroomServices

/// What became of a job.
enum HashingAnswer: Sendable {
  case hashed(PasswordHash)
  case verified(PasswordVerification)
  case refused(HashingRefusal)

  /// How many hashes of the current cost it stands for, where its time says something about the pace.
  var hashes: Int? {
    switch self {
    case .hashed, .verified(.mismatch), .verified(.match(replacement: nil)): 1
    case .verified(.match(replacement: .some)): 2
    case .verified(.corrupt), .refused: nil
    }
  }
}
