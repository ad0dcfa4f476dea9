/// A setting's value as a client, a configuration or the store gives it.
package enum PolicyValue: Hashable, Sendable {
  case word(String)
  case number(Int)
  case flag(Bool)
  case null
  /// Part by part; what is nil is not said.
  case publish(audio: Bool?, video: Bool?, screen: Bool?)
  case notices([Notice])
}

extension PolicyShape {
  /// Whether a value is one of the setting's.
  package func holds(_ value: PolicyValue) -> Bool {
    switch (self, value) {
    case (.words(let words), .word(let word)): words.contains(word)
    case (.number(let bounds), .number(let number)): bounds.contains(number)
    case (.numberOr(_, let bounds), .number(let number)): bounds.contains(number)
    case (.numberOr(let open, _), .null), (.numberOr(let open, _), .word): value == open
    case (.flag, .flag): true
    case (.hostAbsence, .word(let word)): HostAbsence(word) != nil
    case (.publish, .publish): true
    case (.notices, .notices(let notices)):
      notices.count <= Notice.most && Set(notices.map(\.id)).count == notices.count
    case (.words, _), (.number, _), (.numberOr, _), (.flag, _), (.hostAbsence, _), (.publish, _), (.notices, _): false
    }
  }

  /// The stricter of two values of this shape. Where they are equally strict it is the first.
  package func stricter(_ one: PolicyValue, _ other: PolicyValue) -> PolicyValue {
    switch (one, other) {
    case (.publish(let audio, let video, let screen), .publish(let audio2, let video2, let screen2)):
      func both(_ one: Bool?, _ other: Bool?) -> Bool? { one == false || other == false ? false : one ?? other }
      return .publish(audio: both(audio, audio2), video: both(video, video2), screen: both(screen, screen2))
    case (.notices(let notices), .notices(let more)):
      return .notices(notices + more.filter { notice in !notices.contains { $0.id == notice.id } })
    case (_, _): return rank(other) > rank(one) ? other : one
    }
  }

  /// Whether `value` is looser than `floor` somewhere.
  package func isLooser(_ value: PolicyValue, than floor: PolicyValue) -> Bool {
    switch (value, floor) {
    case (.notices(let notices), .notices(let asked)): !asked.allSatisfy(notices.contains)
    // A part that is not said is no attempt at it.
    case (.publish(let audio, let video, let screen), .publish(let audio2, let video2, let screen2)):
      [(audio, audio2), (video, video2), (screen, screen2)].contains { $0.0 == true && $0.1 == false }
    case (_, _): stricter(value, floor) != value
    }
  }

  /// A later level's value over an earlier one's: what it does not say of its parts stays.
  package func overlaid(_ value: PolicyValue, on under: PolicyValue) -> PolicyValue {
    switch (value, under) {
    case (.publish(let audio, let video, let screen), .publish(let audio2, let video2, let screen2)):
      .publish(audio: audio ?? audio2, video: video ?? video2, screen: screen ?? screen2)
    // What a level above asks people to agree to is not another level's to reword.
    case (.notices, .notices): stricter(under, value)
    case (_, _): value
    }
  }

  /// Higher is stricter; for shapes that are one line.
  private func rank(_ value: PolicyValue) -> Int {
    switch (self, value) {
    case (.words(let words), .word(let word)): words.firstIndex(of: word) ?? 0
    case (.number, .number(let number)), (.numberOr, .number(let number)): -number
    case (.flag(let strict), .flag(let flag)): flag == strict ? 1 : 0
    case (.hostAbsence, .word(let word)): HostAbsence(word)?.rank ?? 0
    case (.words, _), (.number, _), (.numberOr, _), (.flag, _), (.hostAbsence, _), (.publish, _), (.notices, _):
      Int.min
    }
  }
}

extension PolicyValue {
  /// As a sentence of an error shows it.
  package var shown: String {
    switch self {
    case .word(let word): word
    case .number(let number): String(number)
    case .flag(let flag): String(flag)
    case .null: "null"
    case .publish(let audio, let video, let screen):
      [("audio", audio), ("video", video), ("screen", screen)]
        .compactMap { part in part.1.map { "\(part.0) \($0)" } }.joined(separator: ", ")
    case .notices(let notices): notices.map { "\($0.id) version \($0.version)" }.joined(separator: ", ")
    }
  }
}
