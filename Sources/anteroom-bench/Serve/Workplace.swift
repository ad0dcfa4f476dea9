import Glibc

/// A directory on disk for one server: made exclusively, and taken away with all that is in it.
struct Workplace {
  let path: String

  /// `base` must be on a disk: where a sync costs nothing, a durable answer costs nothing either.
  init(in base: String) throws {
    var template = Array((base + "/anteroom-bench.XXXXXX").utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw BenchFailure("cannot make a directory in \(base)") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  init(at path: String) { self.path = path }

  var frontend: String { path + "/frontend.sock" }
  var admin: String { path + "/admin.sock" }

  func remove() { Workplace.remove(path) }

  /// All below `path`, then `path`; no link is followed.
  private static func remove(_ path: String) {
    guard unsafe Glibc.remove(path) != 0, errno == ENOTEMPTY || errno == EEXIST else { return }
    for name in Processes.names(in: path) where name != "." && name != ".." { remove(path + "/" + name) }
    _ = unsafe Glibc.remove(path)
  }

  /// The type of the filesystem that `base` is on.
  static func filesystem(of base: String) -> String {
    guard let text = try? Processes.text(of: "/proc/self/mountinfo") else { return "unknown" }
    let real = unsafe realpath(base, nil)
    defer { unsafe free(real) }
    let path = unsafe real.map { unsafe String(cString: $0) } ?? base
    var best: (point: String, type: String) = ("", "unknown")
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 1, fields.count > 4 else { continue }
      let point = String(fields[4])
      let holds = point == "/" || path == point || path.hasPrefix(point + "/")
      // A later mount covers an earlier one at the same place.
      if holds && point.utf8.count >= best.point.utf8.count { best = (point, String(fields[dash + 1])) }
    }
    return best.type
  }
}
