import Glibc

/// What came back. It is read by its few members that matter here: the first of a name is the one.
struct Answer: Sendable {
  let status: Int
  let body: [UInt8]

  /// The text of the first member of this name, or of the first after another.
  func text(_ name: String, after other: String? = nil) -> String? {
    let behind = other.flatMap { offset(after: "\"\($0)\":") } ?? 0
    guard let start = offset(after: "\"\(name)\":\"", from: behind) else { return nil }
    return String(decoding: body[start...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
  }

  func number(_ name: String) -> Int? {
    guard let start = offset(after: "\"\(name)\":") else { return nil }
    let digits = body[start...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self))
  }

  func says(_ text: String) -> Bool { offset(after: text) != nil }

  /// Searched by the C library, from quote to quote: much of a test's time would go into it otherwise.
  private func offset(after text: String, from first: Int = 0) -> Int? {
    let needle = Array(text.utf8)
    return unsafe body.withUnsafeBytes { hay -> Int? in
      guard let base = hay.baseAddress else { return nil }
      var start = first
      while start + needle.count <= hay.count,
        let quote = unsafe memchr(base + start, Int32(needle[0]), hay.count - needle.count - start + 1)
      {
        if unsafe memcmp(quote, needle, needle.count) == 0 {
          return unsafe UnsafeRawPointer(quote) - base + needle.count
        }
        start = unsafe UnsafeRawPointer(quote) - base + 1
      }
      return nil
    }
  }
}

extension Outcome {
  /// What an answer to a step says, in the model's words.
  init(_ step: Step, _ answer: Answer) {
    switch step {
    case .join:
      switch answer.status {
      case 201: self.init(.made, answer)
      case 200: self.init(.standing, answer)
      case 401: self.init(.denied)
      case _: self.init(.refused)
      }
    case .look: self = answer.status == 200 ? Outcome(.done, answer) : Outcome(.denied)
    case .introspect: self.init(answer.says("\"active\":true") ? .active : .inactive)
    case .redeem:
      self.init(answer.status == 200 ? .done : .refused)
      if answer.status == 200 { (place, epoch) = (answer.place, answer.number("epoch")) }
    case .withdraw, .leave, .present, .left:
      self.init(Outcome.act(answer))
      if kind == .done { place = answer.place }
    case .act:
      self.init(Outcome.act(answer))
      if kind == .done { (place, epoch) = (answer.place, answer.number("epoch")) }
    case .lock, .unlock, .suspend, .end, .open:
      self.init(Outcome.act(answer))
      if kind == .done { epoch = answer.number("epoch") }
    case .admitWaiting:
      self.init(Outcome.act(answer))
      if kind == .done { count = answer.number("admitted") }
    case .roster:
      self.init(Outcome.act(answer))
      if kind == .done { count = answer.body.count { $0 == UInt8(ascii: "_") } }
    case .rotate, .bar, .unbar, .invite, .revoke, .signOut, .pass: self.init(Outcome.act(answer))
    }
  }

  private init(_ kind: Kind, _ answer: Answer) {
    let grant = answer.text("grant")
    self.init(kind, answer.place, hasGrant: grant != nil, epoch: grant.flatMap { _ in answer.number("epoch") })
  }

  private static func act(_ answer: Answer) -> Kind {
    switch answer.status {
    case 200, 201, 204: .done
    case 401, 403: .denied
    case _: .impossible
    }
  }
}

extension Answer {
  var place: Place? { text("state").flatMap(Place.init(rawValue:)) }
}
