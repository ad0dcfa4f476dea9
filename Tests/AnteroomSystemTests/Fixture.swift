import Glibc

struct NoDirectory: Error {}

/// Runs `body` with a directory of its own.
func inDirectory<R>(_ body: (String) throws -> R) throws -> R {
  var template = Array("/tmp/anteroom-test-XXXXXX".utf8CString)
  guard unsafe mkdtemp(&template) != nil else { throw NoDirectory() }
  let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer {
    for name in ["s", "t", "f", "n", "lock"] { _ = unsafe unlink("\(path)/\(name)") }
    _ = unsafe rmdir(path)
  }
  return try body(path)
}

func modeOfFile(_ path: String) -> UInt32? {
  var status = stat()
  return unsafe lstat(path, &status) == 0 ? status.st_mode & 0o777 : nil
}

func makeFile(_ path: String) {
  close(unsafe open(path, O_CREAT | O_WRONLY, 0o600))
}

func groupName() -> String? {
  guard let entry = unsafe getgrgid(getgid()) else { return nil }
  return unsafe String(cString: entry.pointee.gr_name)
}

func address(_ path: String) -> (sockaddr_un, socklen_t) {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  var bytes = Array(path.utf8)
  let isAbstract = bytes.first == UInt8(ascii: "@")
  if isAbstract { bytes[0] = 0 }
  unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
  return (address, isAbstract ? socklen_t(2 + bytes.count) : socklen_t(MemoryLayout<sockaddr_un>.size))
}

func connected(to path: String) -> Int32? {
  let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
  let (name, length) = address(path)
  let result = unsafe withUnsafePointer(to: name) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, length) }
  }
  if result == 0 { return descriptor }
  close(descriptor)
  return nil
}

/// A datagram socket that plays the service manager.
func datagramReceiver(_ path: String) -> Int32 {
  let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
  let (name, length) = address(path)
  _ = unsafe withUnsafePointer(to: name) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
  }
  return descriptor
}

func received(_ descriptor: Int32) -> String? {
  var bytes = [UInt8](repeating: 0, count: 1024)
  let count = unsafe recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
  return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
}
