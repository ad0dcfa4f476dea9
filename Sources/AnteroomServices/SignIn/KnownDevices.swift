import AnteroomCore

extension Transaction {
  /// The device's id where the value shown is right and its account's own. A wrong value is as good as none: 256 bits
  /// are not guessed, and nothing is counted.
  func knownDevice(_ proof: TokenProof?, of account: AccountID?) throws(StorageFault) -> String? {
    guard let proof, let account, proof.kind == .knownDevice, let device = try knownDevice(proof.name),
      device.account == account, now < device.expiresAt, device.digest.equalsInConstantTime(proof.digest)
    else { return nil }
    return device.id
  }

  /// A wrong password with a device. Ten in a row, and it is none: whoever has it is not its owner. A session takes
  /// its place by a new one, which has failed never.
  func countFailure(ofKnownDevice id: String) throws(StorageFault) {
    guard let device = try knownDevice(id) else { return }
    if device.failures + 1 >= SignInPolicy.knownDeviceFailures { return try deleteKnownDevice(id) }
    try setFailures(device.failures + 1, ofKnownDevice: id)
  }
}
