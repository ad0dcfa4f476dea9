import AnteroomCore
import Testing

/// Each setting's order from open to strict, as a law: over all values, or a thousand seeded ones.
@Suite struct PolicyOrderTests {
  /// Values of a setting, its bounds among them.
  private static func values(of setting: PolicySetting, _ random: inout SplitMix64) -> [PolicyValue] {
    switch setting.shape {
    case .words(let words): words.map(PolicyValue.word)
    case .number(let bounds): numbers(bounds, &random)
    case .numberOr(let open, let bounds): [open] + numbers(bounds, &random)
    case .flag: [.flag(true), .flag(false)]
    case .hostAbsence:
      [.word("continue")]
        + numbers(0...86_400, &random).flatMap { value -> [PolicyValue] in
          guard case .number(let seconds) = value else { return [] }
          return [.word("lock_after:\(seconds)"), .word("end_after:\(seconds)")]
        }
    case .publish:
      [true, false].flatMap { audio in
        [true, false].flatMap { video in
          [true, false].map { screen in PolicyValue.publish(audio: audio, video: video, screen: screen) }
        }
      }
    case .notices:
      [[], ["a"], ["b"], ["a", "b"], ["c", "a"]].map { ids in .notices(ids.map { Fixture.notice($0) }) }
    }
  }

  private static func numbers(_ bounds: ClosedRange<Int>, _ random: inout SplitMix64) -> [PolicyValue] {
    ([bounds.lowerBound, bounds.upperBound] + (0..<20).map { _ in bounds.lowerBound + random.below(bounds.count) })
      .map(PolicyValue.number)
  }

  /// Notices are alike whatever order they stand in.
  private static func same(_ one: PolicyValue, _ other: PolicyValue) -> Bool {
    if case .notices(let notices) = one, case .notices(let others) = other { return Set(notices) == Set(others) }
    return one == other
  }

  @Test(arguments: PolicySetting.allCases)
  func `every value is one of the setting's, and sets it`(setting: PolicySetting) {
    var random = SplitMix64(seed: 1)
    for value in Self.values(of: setting, &random) {
      #expect(setting.shape.holds(value))
      var policy = MeetingPolicy.loosest
      let isSet = policy.set(setting, to: value)
      #expect(isSet)
      #expect(policy.value(of: setting) == value)
    }
  }

  @Test(arguments: PolicySetting.allCases)
  func `of any two values one is the stricter, whichever is asked first`(setting: PolicySetting) {
    var random = SplitMix64(seed: 2)
    let (shape, values) = (setting.shape, Self.values(of: setting, &random))
    for one in values {
      #expect(shape.stricter(one, one) == one)
      #expect(!shape.isLooser(one, than: one))
      for other in values {
        let strict = shape.stricter(one, other)
        #expect(Self.same(strict, shape.stricter(other, one)), "\(one.shown) and \(other.shown)")
        // It is the one or the other, or of what is decided part by part their meet.
        switch shape {
        case .publish, .notices: break
        case .words, .number, .numberOr, .flag, .hostAbsence: #expect(strict == one || strict == other)
        }
        #expect(!shape.isLooser(strict, than: one) && !shape.isLooser(strict, than: other))
        #expect(Self.same(shape.stricter(strict, one), strict))
        let isOneLooser = shape.isLooser(one, than: other)
        #expect(isOneLooser != Self.same(strict, one))
      }
    }
  }

  @Test(arguments: PolicySetting.allCases)
  func `what is stricter than the stricter is stricter than both`(setting: PolicySetting) {
    var random = SplitMix64(seed: 3)
    let (shape, values) = (setting.shape, Self.values(of: setting, &random))
    for _ in 0..<1000 {
      let three = (0..<3).map { _ in random.pick(values) }
      let left = shape.stricter(shape.stricter(three[0], three[1]), three[2])
      let right = shape.stricter(three[0], shape.stricter(three[1], three[2]))
      #expect(Self.same(left, right))
    }
  }

  @Test(arguments: [
    (PolicySetting.openTo, PolicyValue.word("link"), PolicyValue.word("invited")),
    (.capacity, .number(100_000), .number(1)), (.autoLock, .null, .number(86_400)), (.autoLock, .number(1), .number(0)),
    (.stepUp, .word("never"), .number(3600)), (.stepUp, .number(3600), .number(60)),
    (.hostSecondFactor, .flag(false), .flag(true)), (.attendance, .flag(true), .flag(false)),
    (.removedMayReturn, .flag(true), .flag(false)), (.hostAbsence, .word("continue"), .word("lock_after:86400")),
    (.hostAbsence, .word("lock_after:1"), .word("lock_after:0")),
    (.hostAbsence, .word("lock_after:0"), .word("end_after:86400")), (.grantSeconds, .number(120), .number(10)),
    (
      .publishOnEntry, .publish(audio: true, video: false, screen: false),
      .publish(audio: false, video: false, screen: false)
    ),
  ])
  func `the order is the contract's`(setting: PolicySetting, open: PolicyValue, strict: PolicyValue) {
    #expect(setting.shape.stricter(open, strict) == strict)
    #expect(setting.shape.isLooser(open, than: strict))
    #expect(!setting.shape.isLooser(strict, than: open))
  }

  @Test(arguments: [
    (PolicySetting.capacity, PolicyValue.number(0)), (.capacity, .number(100_001)), (.capacity, .word("100")),
    (.openTo, .word("everybody")), (.openTo, .flag(true)), (.autoLock, .number(-1)), (.autoLock, .word("never")),
    (.stepUp, .null), (.stepUp, .number(59)), (.hostAbsence, .word("end_after:")),
    (.hostAbsence, .word("end_after:01")),
    (.hostAbsence, .word("end_after:86401")), (.hostAbsence, .word("lock_after:+5")), (.denials, .number(0)),
    (.names, .null), (.publishOnEntry, .flag(false)),
    (.notices, .notices([Fixture.notice("a"), Fixture.notice("a", version: 2)])),
    (.notices, .notices((0..<17).map { Fixture.notice("n\($0)") })),
  ])
  func `what is none of a setting's values sets nothing`(setting: PolicySetting, value: PolicyValue) {
    var policy = MeetingPolicy.general
    let isSet = policy.set(setting, to: value)
    #expect(!isSet)
    #expect(policy == MeetingPolicy.general)
  }
}
