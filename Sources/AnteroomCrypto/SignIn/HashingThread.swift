import CArgon2Arena
import Glibc

/// A thread of the operating system that owns an arena. Swift's own pool must never run a hash: it has as
/// many threads as there are cores, and two sign-ins would stop every other task of the daemon.
struct HashingThread: Sendable {
  /// Why the lane could not be set up; it happens at the start, never in a sign-in.
  enum Fault: Error {
    /// The arena of this many bytes could not be mapped.
    case noMemory(bytes: Int)
    case noThread(errno: Int32)
  }

  @safe private final class Start {
    let arena: UnsafeMutableRawPointer
    let niceness: Int32
    let body: @Sendable (HashingThread) -> Void

    init(arena: UnsafeMutableRawPointer, niceness: Int32, body: @escaping @Sendable (HashingThread) -> Void) {
      unsafe self.arena = arena
      self.niceness = niceness
      self.body = body
    }

    func run() {
      var handle = anteroom_thread()
      // Forbidden under some sandboxes: then hashing competes at normal priority, and works.
      _ = unsafe anteroom_thread_make_way(niceness, &handle)
      unsafe anteroom_arena_adopt(arena)
      body(HashingThread(handle: handle))
      anteroom_arena_adopt(nil)
      unsafe anteroom_arena_unmap(arena)
    }
  }

  private let handle: anteroom_thread

  /// Nanoseconds of processor time that it has had; 0 once it has ended.
  var processorTime: UInt64 { anteroom_thread_processor_time(handle) }

  /// Lets it compete for the processors like any other thread, or make way for all.
  func compete(_ competes: Bool) {
    // It may have ended; then nobody is there to be set.
    _ = anteroom_thread_compete(handle, competes ? 1 : 0)
  }

  /// Runs `body` on a new thread with an arena of its own, which makes way for all others, until it returns.
  static func start(
    arenaBytes: Int, niceness: Int32, _ body: @escaping @Sendable (HashingThread) -> Void
  ) throws(Fault) {
    guard let arena = unsafe anteroom_arena_map(arenaBytes) else { throw .noMemory(bytes: arenaBytes) }
    let start = unsafe Unmanaged.passRetained(Start(arena: arena, niceness: niceness, body: body))
    var thread = pthread_t()
    let code = unsafe pthread_create(
      &thread, nil,
      { raw in
        if let raw = unsafe raw { unsafe Unmanaged<Start>.fromOpaque(raw).takeRetainedValue().run() }
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      unsafe start.release()
      unsafe anteroom_arena_unmap(arena)
      throw .noThread(errno: code)
    }
    pthread_detach(thread)
  }
}
