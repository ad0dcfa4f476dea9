import AnteroomServices
import Glibc
import SecretMemory

/// Which generation of the pepper is the current one: the highest that a file in the key directory is named after.
/// The files say no more than their names, and none is ever taken away, so a generation can only rise. Without any
/// it is the first.
struct PepperFiles: Sendable {
  private static let marker = "pepper."
  static let generations = 1...64

  let directory: String

  func current() throws(RootKeyFault) -> Int {
    guard let folder = try KeyDirectory.existing(directory) else { return PepperFiles.generations.lowerBound }
    return try folder.names().compactMap(PepperFiles.generation).max() ?? PepperFiles.generations.lowerBound
  }

  /// On disk when it returns.
  func raise(to generation: Int) throws(RootKeyFault) {
    let folder = try KeyDirectory(path: directory, createsIt: true)
    let name = "\(PepperFiles.marker)\(generation)"
    let draft = try folder.write(draftOf: name, holding: SecretBytes(copying: Array("\(generation)\n".utf8)))
    defer { folder.remove(draft) }
    try folder.give(name, to: draft)
  }

  private static func generation(_ name: String) -> Int? {
    guard name.hasPrefix(marker) else { return nil }
    let digits = name.dropFirst(marker.count)
    guard (1...2).contains(digits.utf8.count), !digits.hasPrefix("0"),
      digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let generation = Int(digits),
      generations.contains(generation)
    else { return nil }
    return generation
  }
}
