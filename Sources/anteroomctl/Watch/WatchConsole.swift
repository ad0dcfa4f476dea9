import AnteroomClient
import AnteroomCore

/// Ties the console together: what comes in goes to the state, what the state asks for is done, and the picture
/// is drawn.
struct WatchConsole {
  private enum Item: Sendable {
    case terminal(TerminalInput)
    case news(WatchFeed.News)
    case input(WatchInput)
    case tick
    case draw
    case over(any Error)
  }

  /// How it came to its end.
  private enum End {
    case quit
    case signal(Int32)
  }

  /// Thirty pictures a second are enough for anybody.
  private static let pause = Duration.milliseconds(33)

  private let feed: WatchFeed
  private let screen: FullScreen
  private let items: AsyncStream<Item>
  private let put: AsyncStream<Item>.Continuation
  private var state: WatchState
  private var time: (daemon: Instant, at: ContinuousClock.Instant)?
  private var drawn = ContinuousClock.Instant.now - pause
  private var isDrawing = false

  init(feed: WatchFeed, screen: FullScreen) {
    self.feed = feed
    self.screen = screen
    (items, put) = AsyncStream.makeStream(of: Item.self)
    state = WatchState(
      meeting: visible(feed.meeting), mayAct: feed.context.mayAct, now: Instant(milliseconds: 0),
      program: visible(feed.context.advice.program))
  }

  /// Until somebody quits. The terminal is as before however it ends.
  static func run(_ feed: WatchFeed, _ stream: EventStream, on screen: FullScreen) async throws {
    var console = WatchConsole(feed: feed, screen: screen)
    let end = try await console.run(stream)
    // A shell should see what a signal ended.
    if case .signal(let number) = end { SignalPipe.obey(number) }
  }

  private mutating func run(_ stream: EventStream) async throws -> End {
    defer { screen.close() }
    let put = put
    try TerminalInput.start { put.yield(.terminal($0)) }
    screen.open()
    draw()
    let feed = feed
    let tasks = [
      Task {
        do { try await feed.run(stream) { put.yield(.news($0)) } } catch { put.yield(.over(error)) }
      },
      Task {
        while !Task.isCancelled {
          try await Task.sleep(for: .seconds(1))
          put.yield(.tick)
        }
      },
    ]
    defer { tasks.forEach { $0.cancel() } }
    for await item in items {
      if let end = try take(item) { return end }
    }
    return .quit
  }

  private mutating func take(_ item: Item) throws -> End? {
    switch item {
    case .terminal(let input): return take(input)
    case .news(let news): take(news)
    case .input(let input): return apply(input)
    case .tick: tick()
    case .draw:
      isDrawing = false
      draw()
    case .over(let error):
      if !(error is CancellationError) { throw error }
    }
    return nil
  }

  private mutating func take(_ input: TerminalInput) -> End? {
    switch input {
    case .key(let key): return apply(.key(key))
    case .resized: redraw()
    case .resumed: reopen()
    case .stop: stop()
    case .ended(let number): return .signal(number)
    case .hungUp: return .quit
    }
    return nil
  }

  private mutating func take(_ news: WatchFeed.News) {
    switch news {
    case .opened: _ = apply(.connection(.live))
    case .lost(let attempt, let why): _ = apply(.connection(.reconnecting(attempt: attempt, why: visible(why))))
    case .listed(let meeting, let people, let after): _ = apply(.listed(meeting, people, after: after))
    case .event(let event):
      // One that cannot be read counts all the same: lists are told apart by how many came before them.
      _ = apply(.event(WatchEvent(name: event.name, (try? event.json()) ?? .null)))
    case .time(let now):
      time = (now, .now)
      _ = apply(.time(now))
    }
  }

  private mutating func tick() {
    guard let time else { return }
    let passed = (ContinuousClock.now - time.at).components
    _ = apply(.time(time.daemon.adding(seconds: Int(passed.seconds))))
  }

  private mutating func apply(_ input: WatchInput) -> End? {
    for effect in state.apply(input) {
      switch effect {
      case .quit: return input == .key(.interrupt) ? .signal(2) : .quit
      case .act(let deed): perform(deed)
      case .ring: screen.ring()
      case .redraw: redraw()
      case .stop: stop()
      }
    }
    drawSoon()
    return nil
  }

  /// Done beside: a daemon that is slow must not hold up a key.
  private func perform(_ deed: HostDeed) {
    let feed = feed
    let put = put
    Task { put.yield(.input(await feed.perform(deed))) }
  }

  private mutating func stop() {
    screen.close()
    SignalPipe.obey(20)
    reopen()
  }

  /// Whatever was done to the terminal meanwhile.
  private mutating func reopen() {
    screen.close()
    screen.open()
    draw()
  }

  private mutating func redraw() {
    screen.forget()
    draw()
  }

  private mutating func drawSoon() {
    let wait = WatchConsole.pause - (ContinuousClock.now - drawn)
    if wait <= .zero { return draw() }
    guard !isDrawing else { return }
    isDrawing = true
    let put = put
    Task {
      try await Task.sleep(for: wait)
      put.yield(.draw)
    }
  }

  private mutating func draw() {
    let size = screen.size
    state.page = max(1, size.rows - 8)
    screen.show(state.picture(columns: size.columns, rows: size.rows))
    drawn = .now
  }
}

extension WatchFeed {
  /// Does what a key asked for, and says what became of it and, where nothing did, what to do next.
  func perform(_ deed: HostDeed) async -> WatchInput {
    let call = deed.call(in: meeting)
    do {
      guard let bearer = try context.bearer() else {
        return .failed(
          deed,
          "Could not \(deed.words): nobody is signed in here. Next: "
            + context.advice.command("login"))
      }
      let answer = try await context.client.send(call.with(bearer: bearer)).accepted()
      return .done(deed, deed.done((try? answer.json()) ?? .null))
    } catch let problem as Problem {
      return .failed(deed, WatchFeed.text(context.advice.failure(deed.words, problem, target: call.target), problem))
    } catch let fault as ClientFault {
      return .failed(deed, WatchFeed.text(context.advice.failure(deed.words, fault)))
    } catch let failure as Failure {
      return .failed(deed, WatchFeed.text(failure))
    } catch {
      return .failed(deed, "Could not \(deed.words).")
    }
  }

  private static func text(_ failure: Failure, _ problem: Problem? = nil) -> String {
    // A list of meetings, which is the advice elsewhere, helps nobody who looks at one.
    let next = problem?.code == "state-conflict" ? "look again, the list is new" : failure.next
    let parts = [failure.what, failure.why].compactMap { $0 }.joined(separator: ": ")
    return visible(parts.prefix(1).uppercased() + parts.dropFirst() + (next.map { ". Next: \($0)" } ?? ""))
  }
}
