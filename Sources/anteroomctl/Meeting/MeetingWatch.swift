import AnteroomClient
import ArgumentParser
import Glibc

struct MeetingWatch: Act {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "See live who waits and who is in, and act by a key.",
    discussion: """
      j and k or the arrows select; a admits, d denies, r removes, b sends back, l locks, s suspends, m writes a \
      message; ? shows all keys, q quits. What shuts somebody out or harms everybody asks first. Acting needs login; \
      an operator without it watches.

      Where the output is no terminal, each event is one line; with --json it is one line of JSON with the event as it \
      came.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String

  func run(_ context: Context) async throws {
    let isLog = context.console.json || !context.console.isTerminal || isatty(0) != 1
    if !isLog { try MeetingWatch.requireScreen(context, meeting) }
    let (feed, stream) = try await open(context)
    if isLog { return try await WatchLog.run(feed, stream, context.console) }
    guard let screen = FullScreen(colour: context.console.colour) else {
      throw Failure(.failed, "the terminal cannot be set up")
    }
    try await WatchConsole.run(feed, stream, on: screen)
  }

  /// As the host where somebody is signed in and hosts this meeting; otherwise as the operator, if it is their
  /// socket, who may look.
  private func open(_ context: Context) async throws -> (WatchFeed, EventStream) {
    let asHost = WatchFeed(context: WatchContext(context, mayAct: true), meeting: meeting)
    let asOperator = WatchFeed(context: WatchContext(context, mayAct: false), meeting: meeting)
    guard try context.sessions.read() != nil else { return (asOperator, try await MeetingWatch.first(asOperator)) }
    do {
      return (asHost, try await MeetingWatch.first(asHost))
    } catch let failure as Failure where failure.status == .denied {
      guard let stream = try? await MeetingWatch.first(asOperator) else { throw failure }
      return (asOperator, stream)
    }
  }

  private static func first(_ feed: WatchFeed) async throws -> EventStream {
    switch try await feed.open(after: nil) {
    case .success(let stream): return stream
    case .failure(let outage): throw outage.failure
    }
  }

  private static func requireScreen(_ context: Context, _ meeting: String) throws {
    let kind = unsafe getenv("TERM").map { unsafe String(cString: $0) } ?? ""
    guard ["", "dumb"].contains(kind) else { return }
    throw Failure(
      .failed, "this terminal cannot be drawn on", why: kind.isEmpty ? "TERM is not set" : "TERM is dumb",
      next: context.advice.command("meeting waiting \(meeting)"))
  }
}
