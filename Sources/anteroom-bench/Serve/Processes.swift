import Glibc

/// What a process knows of its own processor time. The benchmark asks its servers for it over their pipes.
struct ProcessorTime: Sendable {
  struct Thread: Sendable {
    let id: Int
    let name: String
    /// In hundredths of a second, as the kernel counts.
    let user: Int
    let system: Int
  }

  /// Nanoseconds of all threads, those that ended as well.
  let total: UInt64
  let threads: [Thread]

  /// Of this process.
  static func own() -> ProcessorTime {
    let threads = Processes.names(in: "/proc/self/task").compactMap { name -> Thread? in
      guard let id = Int(name), let text = try? Processes.text(of: "/proc/self/task/\(name)/stat"),
        let opens = text.firstIndex(of: "("), let closes = text.lastIndex(of: ")")
      else { return nil }
      let fields = text[text.index(after: closes)...].split(separator: " ")
      guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return nil }
      return Thread(id: id, name: String(text[text.index(after: opens)..<closes]), user: user, system: system)
    }
    return ProcessorTime(total: Stopwatch.processCPU(), threads: threads)
  }

  /// One line, for the pipe.
  var line: String {
    ([String(total)] + threads.map { "\($0.id) \($0.user) \($0.system) \($0.name)" }).joined(separator: "\t")
  }

  init(total: UInt64, threads: [Thread]) {
    self.total = total
    self.threads = threads
  }

  init?(line: String) {
    let parts = line.split(separator: "\t")
    guard let first = parts.first, let total = UInt64(first) else { return nil }
    self.total = total
    threads = parts.dropFirst().compactMap { part in
      let fields = part.split(separator: " ", maxSplits: 3)
      guard fields.count == 4, let id = Int(fields[0]), let user = Int(fields[1]), let system = Int(fields[2]) else {
        return nil
      }
      return Thread(id: id, name: String(fields[3]), user: user, system: system)
    }
  }
}

enum Processes {
  /// A whole file whose size is not known before it is read.
  static func text(of path: String) throws -> String {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw BenchFailure("cannot read \(path)") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      let count = unsafe read(descriptor, &chunk, chunk.count)
      guard count > 0 else { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func names(in path: String) -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      names.append(name)
    }
    return names
  }
}
