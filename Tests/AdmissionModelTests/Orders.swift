/// Several steps were issued at once: what came of them must be what comes of them one after the other, in some order.
struct Orders {
  private enum Part {
    case whole(Done)
    /// Admitting all who wait looks first who does: between that and letting them in others come.
    case listed(Done, [Int])
  }

  /// The model after an order in which every step has the outcome that it had and `isRight` holds; nil if there is none.
  static func explaining(_ done: [Done], from model: Model, _ isRight: (Model) -> Bool) -> Model? {
    search(done.map(Part.whole), model, isRight)
  }

  private static func search(_ parts: [Part], _ model: Model, _ isRight: (Model) -> Bool) -> Model? {
    if parts.isEmpty { return isRight(model) ? model : nil }
    for (index, part) in parts.enumerated() {
      var (rest, next) = (parts, model)
      switch part {
      case .whole(let done):
        if case .admitWaiting(let hand) = done.step {
          let (refusal, waiting) = next.listWaiting(by: hand)
          if let refusal, refusal != done.outcome { continue }
          if refusal == nil { rest[index] = .listed(done, waiting) } else { rest.remove(at: index) }
        } else {
          if next.apply(done.step, as: done.key) != done.outcome { continue }
          rest.remove(at: index)
        }
      case .listed(let done, let waiting):
        guard case .admitWaiting(let hand) = done.step, next.admit(waiting, by: hand) == done.outcome else { continue }
        rest.remove(at: index)
      }
      if let found = search(rest, next, isRight) { return found }
    }
    return nil
  }
}
