import AnteroomDaemon
import Glibc

struct NoFile: Error {}

/// Runs `body` with a directory that holds these files, `conf.d` among them where it is needed.
func withFiles<R>(_ files: [String: String], _ body: (String) throws -> R) throws -> R {
  var template = Array("/tmp/anteroom-test-XXXXXX".utf8CString)
  guard unsafe mkdtemp(&template) != nil else { throw NoFile() }
  let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  _ = unsafe mkdir("\(directory)/conf.d", 0o755)
  defer {
    for name in files.keys { _ = unsafe unlink("\(directory)/\(name)") }
    _ = unsafe rmdir("\(directory)/conf.d")
    _ = unsafe rmdir(directory)
  }
  for (name, text) in files { try write(text, to: "\(directory)/\(name)") }
  return try body(directory)
}

/// What the reader says of one file with this text, on a machine with two cores.
func reading(_ text: String) throws -> Result<Configuration, ConfigurationMistakes> {
  try reading(["anteroom.toml": text])
}

func reading(_ files: [String: String]) throws -> Result<Configuration, ConfigurationMistakes> {
  try withFiles(files) { read("\($0)/anteroom.toml") }
}

func read(_ path: String) -> Result<Configuration, ConfigurationMistakes> {
  Result { () throws(ConfigurationMistakes) in try ConfigurationReader.read(path: path, cores: 2) }
}

extension Result where Failure == ConfigurationMistakes {
  /// Empty where there is none.
  var mistakes: [ConfigurationMistake] {
    if case .failure(let error) = self { error.mistakes } else { [] }
  }
}

extension ConfigurationMistake {
  /// Without its directory.
  var fileName: String { file.split(separator: "/").last.map(String.init) ?? file }
}

/// The file that is installed as an example.
func shippedConfiguration() throws -> String {
  let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  let descriptor = unsafe open("/\(root)/Config/anteroom.toml", O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw NoFile() }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: 65_536)
  let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
  guard count > 0, count < bytes.count else { throw NoFile() }
  return String(decoding: bytes[..<count], as: UTF8.self)
}

private func write(_ text: String, to path: String) throws {
  let descriptor = unsafe open(path, O_CREAT | O_WRONLY | O_EXCL, 0o644)
  guard descriptor >= 0 else { throw NoFile() }
  defer { close(descriptor) }
  let bytes = Array(text.utf8)
  guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw NoFile() }
}
