extension WatchState {
  /// At most what the daemon takes.
  private static let longestMessage = 500

  mutating func press(_ key: Key) -> [WatchEffect] {
    switch key {
    case .interrupt: return [.quit]
    case .stop: return [.stop]
    case .redraw: return [.redraw]
    case .character, .enter, .escape, .backspace, .tab, .up, .down, .pageUp, .pageDown, .home, .end, .eraseLine,
      .paste:
      break
    }
    switch mode {
    case .list: return pressInList(key)
    case .help:
      mode = .list
      return key == .character("q") ? [.quit] : []
    case .asking(let deed):
      mode = .list
      guard key == .character("y") || key == .character("Y") else {
        notice = Notice(text: "Nothing was done.")
        return []
      }
      return perform(deed)
    case .writing(let who, let text): return write(key, to: who, text)
    }
  }

  private mutating func pressInList(_ key: Key) -> [WatchEffect] {
    switch key {
    case .up, .character("k"): move(by: -1)
    case .down, .character("j"): move(by: 1)
    case .pageUp: move(by: -page)
    case .pageDown: move(by: page)
    case .home, .character("g"): move(by: -rows.count)
    case .end, .character("G"): move(by: rows.count)
    case .character("?"): mode = .help
    case .character("q"): return [.quit]
    case .character("x"): alarm = nil
    case .character(let letter): return act(letter)
    case .enter, .escape, .backspace, .tab, .interrupt, .stop, .redraw, .eraseLine: break
    case .paste: notice = Notice(text: "What is pasted is not taken for keys.", isFailure: true)
    }
    return []
  }

  private mutating func act(_ letter: Character) -> [WatchEffect] {
    guard "aAdDrRblsemM".contains(letter) else {
      notice = Notice(text: "\(visible(String(letter))) is no key here: ? shows them.")
      return []
    }
    guard mayAct else { return refuse("Watching only: that is a host's act, and takes \(program) login.") }
    guard connection == .live else { return refuse("Not connected: nothing was done.") }
    switch letter {
    case "A": return ask(.admitAll)
    case "l": return perform(meeting?.locked == true ? .unlock : .lock)
    case "s": return ask(.suspend)
    case "e": return ask(.end)
    case "M":
      mode = .writing(to: nil, text: "")
      return []
    case _: return actOnSelected(letter)
    }
  }

  private mutating func actOnSelected(_ letter: Character) -> [WatchEffect] {
    guard let person = selected else { return refuse("Nobody is selected: j and k, or the arrows, select.") }
    let who = Addressee(id: person.id, name: person.name)
    let waits = person.place == .waiting
    switch letter {
    case "a": return waits ? perform(.admit(who)) : refuse("\(person.name) is in already.")
    case "d", "D":
      return person.state == "waiting" || person.state == "admitted"
        ? ask(.deny(who, ban: letter == "D")) : refuse("\(person.name) is in: r removes, b sends back.")
    case "r", "R": return waits ? refuse("\(person.name) waits: d denies.") : ask(.remove(who, ban: letter == "r"))
    case "b": return waits ? refuse("\(person.name) waits already.") : perform(.sendBack(who))
    case _:
      mode = .writing(to: who, text: "")
      return []
    }
  }

  private mutating func refuse(_ text: String) -> [WatchEffect] {
    notice = Notice(text: text, isFailure: true)
    return []
  }

  private mutating func ask(_ deed: HostDeed) -> [WatchEffect] {
    guard deed.question != nil else { return perform(deed) }
    mode = .asking(deed)
    return []
  }

  private mutating func perform(_ deed: HostDeed) -> [WatchEffect] {
    notice = nil
    return [.act(deed)]
  }

  private mutating func write(_ key: Key, to who: Addressee?, _ text: String) -> [WatchEffect] {
    var text = text
    switch key {
    case .enter:
      mode = .list
      guard !text.isEmpty else { return refuse("Nothing was said.") }
      return perform(.message(who, text))
    case .escape:
      mode = .list
      notice = Notice(text: "Nothing was said.")
      return []
    case .backspace: text = String(text.dropLast())
    case .eraseLine: text = ""
    case .character(let letter): text.append(letter)
    case .paste(let pasted): text += pasted.map { $0.isNewline || $0 == "\t" ? " " : String($0) }.joined()
    case .tab, .up, .down, .pageUp, .pageDown, .home, .end, .interrupt, .stop, .redraw: break
    }
    mode = .writing(to: who, text: String(text.unicodeScalars.prefix(WatchState.longestMessage)))
    return []
  }
}
