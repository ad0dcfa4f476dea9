import AnteroomCore
import Glibc
import Testing

@testable import AnteroomCrypto

/// A directory for keys, taken away with all that is in it.
final class KeyFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/anteroom-signing-XXXXXX".utf8CString)
    try #require(unsafe mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names(in: "keys") { _ = unsafe unlink("\(path)/keys/\(name)") }
    _ = unsafe rmdir("\(path)/keys")
    for name in names(in: ".") { _ = unsafe unlink("\(path)/\(name)") }
    _ = unsafe rmdir(path)
  }

  /// Where a signer under test keeps its own.
  var keys: String { path + "/keys" }

  func names(in directory: String = "keys") -> [String] {
    let folder = try? KeyDirectory(path: "\(path)/\(directory)", createsIt: false)
    switch consume folder {
    case .some(let folder): return ((try? folder.names()) ?? []).filter { !$0.hasPrefix(".") }.sorted()
    case .none: return []
    }
  }

  @discardableResult
  func write(_ name: String, _ text: String, mode: mode_t = 0o600) -> String {
    let file = "\(path)/\(name)"
    _ = unsafe unlink(file)
    let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_EXCL, mode)
    let bytes = Array(text.utf8)
    _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
    fchmod(descriptor, mode)
    close(descriptor)
    return file
  }

  func mode(_ name: String) -> mode_t {
    var status = stat()
    return unsafe lstat("\(path)/\(name)", &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  func signer(
    _ audiences: [Audience], seed: UInt64 = 3, at now: Instant = Instant(seconds: 1_700_000_000)
  ) throws(SigningKeyFault) -> GrantSigner {
    try GrantSigner(
      audiences: audiences, root: testRoot(), directory: keys, randomness: SeededRandomness(seed), at: now)
  }
}
