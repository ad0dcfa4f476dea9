import NIOCore

/// One absolute deadline on an event loop. Most requests arrive whole, so setting and clearing it is an assignment;
/// the loop is asked for a call only when none stands that is early enough, and a call that comes too early asks again.
final class DeadlineTimer {
  private let eventLoop: any EventLoop
  private var deadline: NIODeadline?
  private var scheduled: (call: Scheduled<Void>, at: NIODeadline)?

  var onExpiry: (() -> Void)?

  init(eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  func set(after duration: Duration) {
    let at = NIODeadline.now() + TimeAmount(duration)
    deadline = at
    if let scheduled, scheduled.at <= at { return }
    scheduled?.call.cancel()
    schedule(at)
  }

  /// The call that is still scheduled finds nothing to do.
  func clear() {
    deadline = nil
  }

  func end() {
    deadline = nil
    onExpiry = nil
    scheduled?.call.cancel()
    scheduled = nil
  }

  private func schedule(_ at: NIODeadline) {
    let timer = NIOLoopBound(self, eventLoop: eventLoop)
    scheduled = (eventLoop.scheduleTask(deadline: at) { timer.value.fire() }, at)
  }

  private func fire() {
    scheduled = nil
    guard let deadline else { return }
    if deadline <= .now() {
      self.deadline = nil
      onExpiry?()
    } else {
      schedule(deadline)
    }
  }
}
