package import AnteroomCore

/// Everything that is kept of a join, for its joiner.
package struct OwnRecord: Sendable {
  package let join: Join
  package let epoch: Epoch
  package let consents: [Consent]
  package let stays: [Stay]
  package let keepsAttendance: Bool
  /// When it was put together.
  package let time: Instant
}

extension OwnJoinService {
  /// Agrees to a notice in force, or takes an agreement back. Whoever is in stays in until a host or the front end
  /// acts; what ends at once is the right to another grant.
  package func consent(_ answer: NoticeAnswer, caller: Caller) async throws(StorageFault) -> OwnJoinResult {
    let refusal = try await ports.store.write { tx throws(StorageFault) -> OwnJoinResult? in
      try tx.endDueJoins()
      guard let own = try tx.liveOwnJoin(caller) else { return .invalidToken }
      var (join, meeting) = (own.join, own.meeting)
      // What is over asks for nothing more; but an agreement can always be taken back.
      if join.isOver && answer.agreed { return .impossible(join.state) }
      guard meeting.policy.notices.contains(where: { $0.id == answer.id && $0.version == answer.version }) else {
        return .noticeNotInForce
      }
      try tx.answer([answer], by: &join, in: &meeting, caller)
      return nil
    }
    if let refusal { return refusal }
    guard let own = try await look(caller) else { return .invalidToken }
    return .join(own)
  }

  /// Nil where the ticket says nothing any more.
  package func record(caller: Caller) async throws(StorageFault) -> OwnRecord? {
    return try await ports.store.read { snapshot throws(StorageFault) in
      guard let own = try snapshot.liveOwnJoin(caller) else { return nil as OwnRecord? }
      return OwnRecord(
        join: own.join, epoch: own.meeting.epoch, consents: try snapshot.consents(of: own.join.id),
        stays: try snapshot.stays(of: own.join.id), keepsAttendance: own.meeting.policy.attendance,
        time: snapshot.now)
    }
  }
}
