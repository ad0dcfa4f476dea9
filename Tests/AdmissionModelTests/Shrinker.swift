/// Makes a failing script short: whatever can be left out while it still fails is.
struct Shrinker {
  let house: House
  /// Meetings held so far: each takes a number of its own.
  var number: Int
  let twist: (inout Rules) -> Void

  /// What came of the shortest, with its history, and the script itself.
  mutating func shrink(_ failing: Script) async throws -> (script: Script, verdict: Verdict) {
    var shortest = failing
    var size = max(1, shortest.rounds.count / 2)
    while size > 0 {
      var start = 0
      while start < shortest.rounds.count {
        var shorter = shortest
        shorter.rounds.removeSubrange(start..<min(start + size, shorter.rounds.count))
        if try await fails(shorter) { shortest = shorter } else { start += size }
      }
      size /= 2
    }
    shortest = try await thinned(shortest)
    for _ in 0..<20 {
      let verdict = try await hold(shortest)
      if !verdict.complaints.isEmpty { return (shortest, verdict) }
    }
    return (shortest, Verdict(complaints: ["it does not fail every time"]))
  }

  /// Rounds of several steps with fewer of them.
  private mutating func thinned(_ script: Script) async throws -> Script {
    var shortest = script
    for round in shortest.rounds.indices {
      var step = 0
      while shortest.rounds[round].count > 1 && step < shortest.rounds[round].count {
        var shorter = shortest
        shorter.rounds[round].remove(at: step)
        if try await fails(shorter) { shortest = shorter } else { step += 1 }
      }
    }
    return shortest
  }

  /// What depends on who comes first is tried more than once.
  private mutating func fails(_ script: Script) async throws -> Bool {
    for _ in 0..<(script.isCrowded ? 8 : 1) {
      if try await !hold(script).complaints.isEmpty { return true }
    }
    return false
  }

  private mutating func hold(_ script: Script) async throws -> Verdict {
    number += 1
    return try await Run.hold(script, in: house, number: number, isTold: true, twist: twist)
  }
}
