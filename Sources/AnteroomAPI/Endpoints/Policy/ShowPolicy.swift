import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func showPolicy(_ services: Services) -> Endpoint {
    Endpoint(
      "showPolicy", "GET", "/v1/policy", access: .frontEnds(.meetings, bearer: .session), secret: nil, cost: .read,
      body: .none
    ) { exchange in
      switch try await services.meetings.policies(caller: exchange.caller) {
      case .policies(let book): return .json(200) { $0.policies(book) }
      case .invalidToken: throw Refusal(.invalidToken)
      case .secondFactorRequired: throw Refusal(.secondFactorRequired)
      }
    }
  }
}

extension JSONText {
  fileprivate mutating func policies(_ book: PolicyBook) {
    array("settings", PolicySetting.allCases) { json, setting in
      json.object { json in
        json.member("name", setting.rawValue)
        json.shape(setting.shape)
      }
    }
    object("site") { json in
      json.values("values", book.site.values)
      json.values("floor", book.site.floor)
    }
    object("profiles") { json in
      for (name, layer) in book.profiles.sorted(by: { $0.key < $1.key }) {
        // What a meeting of it starts from, the site's word and the floors heeded.
        let policy = book.effective(profile: name, hostProfile: nil, own: [:]).policy
        json.object(name) { json in
          json.object("values") { json in
            for setting in PolicySetting.allCases { json.policyValue(setting.rawValue, policy.value(of: setting)) }
          }
          json.values("floor", layer.floor)
        }
      }
    }
  }

  private mutating func values(_ name: String, _ values: PolicyValues) {
    object(name) { json in
      for setting in PolicySetting.allCases {
        if let value = values[setting] { json.policyValue(setting.rawValue, value) }
      }
    }
  }

  /// `values` stand from open to strict; of numbers, smaller is stricter.
  private mutating func shape(_ shape: PolicyShape) {
    switch shape {
    case .words(let words):
      member("kind", "word")
      array("values", words) { $0.value($1) }
    case .number(let bounds):
      member("kind", "number")
      self.bounds(bounds)
    case .numberOr(let open, let bounds):
      member("kind", "number-or")
      policyValue("open", open)
      self.bounds(bounds)
    case .flag(let strict):
      member("kind", "flag")
      array("values", [!strict, strict]) { $0.value($1) }
    case .hostAbsence:
      member("kind", "host-absence")
      array("values", ["continue", "lock_after:SECONDS", "end_after:SECONDS"]) { $0.value($1) }
      bounds(0...HostAbsence.longest)
    case .publish:
      member("kind", "parts")
      array("parts", ["audio", "video", "screen"]) { $0.value($1) }
      array("values", [true, false]) { $0.value($1) }
    case .notices:
      member("kind", "notices")
      member("most", Notice.most)
    }
  }

  private mutating func bounds(_ bounds: ClosedRange<Int>) {
    member("minimum", bounds.lowerBound)
    member("maximum", bounds.upperBound)
  }
}
