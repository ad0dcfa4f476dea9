/// Why a command did not do what was asked: what happened, why, and the command to run next.
struct Failure: Error, Equatable {
  let status: Outcome
  let what: String
  var why: String?
  var next: String?

  init(_ status: Outcome, _ what: String, why: String? = nil, next: String? = nil) {
    self.status = status
    self.what = what
    self.why = why
    self.next = next
  }

  var lines: [String] {
    var lines = ["anteroomctl: " + visible(what)]
    if let why { lines.append("  why:  " + visible(why)) }
    if let next { lines.append("  next: " + visible(next)) }
    return lines
  }

  func report() {
    let lines = lines
    writeAll(lines.map { $0 + "\n" }.joined(), to: .error)
  }
}
