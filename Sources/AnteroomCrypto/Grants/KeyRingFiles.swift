import AnteroomCore
import AnteroomServices
import Glibc
import SecretMemory

/// Why the keys that sign grants cannot be had.
package enum SigningKeyFault: Error, Hashable, Sendable, CustomStringConvertible {
  case file(SigningKeyFile.Fault)
  case directory(RootKeyFault)

  /// What a full disk says.
  static let noSpace = ENOSPC

  package var description: String {
    switch self {
    case .file(let fault): fault.description
    case .directory(let fault): fault.description
    }
  }
}

/// Where the daemon keeps the keys that it makes: a file for each in the key directory, whose name says from
/// when on it signs. There is nothing beside the files that could disagree with them, and a key begins to be
/// with its name.
struct KeyRingFiles: Sendable {
  let root: RootKey
  let directory: String
  let randomness: any Randomness

  /// No audience can be called so.
  private static let shared = "(shared)"
  private static let sizes = 1...65_536

  /// A key that is on disk and has no name yet.
  struct Draft: Sendable {
    let ring: String
    let name: String
    let draft: String
    let entry: KeyRing.Entry
  }

  /// The rings of these audiences. First keys are made where there are none; a given key that has changed
  /// follows the one that `earlier` had.
  func rings(
    for audiences: [Audience], after earlier: [KeyRing], at now: Instant
  ) throws(SigningKeyFault) -> [KeyRing] {
    var rings: [KeyRing] = []
    let sharing = audiences.filter { $0.dialect == .anteroom && $0.keyFile == nil }
    if !sharing.isEmpty {
      let first = KeyRing.Entry(key: SigningKey(root: root), signsFrom: Instant(seconds: 0), path: nil)
      rings.append(
        KeyRing(
          name: KeyRingFiles.shared, audiences: sharing, isGiven: false,
          entries: [first] + (try kept(KeyRingFiles.prefix(nil), for: .anteroom))))
    }
    for audience in audiences where audience.dialect != .anteroom || audience.keyFile != nil {
      guard let path = audience.keyFile else {
        rings.append(try made(for: audience, at: now))
        continue
      }
      let before = earlier.first { $0.name == audience.name && $0.isGiven }
      rings.append(try given(path, to: audience, after: before, at: now))
    }
    for ring in rings where !ring.isGiven { forget(ring.over(at: now)) }
    return rings
  }

  private func given(
    _ path: String, to audience: Audience, after earlier: KeyRing?, at now: Instant
  ) throws(SigningKeyFault) -> KeyRing {
    let key: SigningKey
    do throws(SigningKeyFile.Fault) {
      key = try SigningKeyFile.key(path, for: audience.dialect, kid: audience.keyID)
    } catch {
      throw .file(error)
    }
    guard let earlier else {
      let entry = KeyRing.Entry(key: key, signsFrom: Instant(seconds: 0), path: path)
      return KeyRing(name: audience.name, audiences: [audience], isGiven: true, entries: [entry])
    }
    let ring = KeyRing(name: audience.name, audiences: [audience], isGiven: true, entries: earlier.entries)
    if ring.signing(at: now).isSame(as: key) { return ring }
    return ring.adding(KeyRing.Entry(key: key, signsFrom: ring.free(from: now), path: path), at: now)
  }

  private func made(for audience: Audience, at now: Instant) throws(SigningKeyFault) -> KeyRing {
    var entries = try kept(KeyRingFiles.prefix(audience), for: audience.dialect)
    if entries.isEmpty {
      do throws(RootKeyFault) {
        let draft = try draft(for: audience, ring: audience.name, signsFrom: now)
        try name(draft)
        entries = [draft.entry]
      } catch {
        throw .directory(error)
      }
    }
    return KeyRing(name: audience.name, audiences: [audience], isGiven: false, entries: entries)
  }

  /// Of a key that signs from some time on, to the millisecond; `audience` nil for those that share one.
  func draft(for audience: Audience?, ring: String, signsFrom: Instant) throws(RootKeyFault) -> Draft {
    let dialect = audience?.dialect ?? .anteroom
    let contents = SigningKeyFile.newContents(dialect.algorithm, randomness: randomness)
    let key: SigningKey
    do throws(SigningKeyFile.Flaw) {
      key = try SigningKey(contents, for: dialect, kid: nil)
    } catch {
      preconditionFailure("what is made can be read: \(error.problem)")
    }
    let name =
      "\(KeyRingFiles.prefix(audience))\(signsFrom.milliseconds).\(dialect.algorithm.fileExtension)"
    let folder = try KeyDirectory(path: directory, createsIt: true)
    return Draft(
      ring: ring, name: name, draft: try folder.write(draftOf: name, holding: contents),
      entry: KeyRing.Entry(key: key, signsFrom: signsFrom, path: folder.path + "/" + name))
  }

  func name(_ draft: Draft) throws(RootKeyFault) {
    let folder = try KeyDirectory(path: directory, createsIt: false)
    try folder.give(draft.name, to: draft.draft)
    folder.remove(draft.draft)
  }

  func discard(_ draft: Draft) {
    guard let folder = try? KeyDirectory(path: directory, createsIt: false) else { return }
    folder.remove(draft.draft)
  }

  /// Whatever is over is over at the next start too: should it stay, it is only read once more.
  func forget(_ entries: [KeyRing.Entry]) {
    let names = entries.compactMap { $0.path?.split(separator: "/").last.map(String.init) }
    guard !names.isEmpty, let folder = try? KeyDirectory(path: directory, createsIt: false) else { return }
    for name in names where name.hasPrefix(KeyRingFiles.marker) { folder.remove(name) }
  }

  private func kept(_ prefix: String, for dialect: Dialect) throws(SigningKeyFault) -> [KeyRing.Entry] {
    do throws(RootKeyFault) {
      guard let folder = try KeyDirectory.existing(directory) else { return [] }
      var entries: [KeyRing.Entry] = []
      for name in try folder.names() where name.hasPrefix(prefix) {
        let parts = name.dropFirst(prefix.count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2, let began = KeyRingFiles.decimal(parts[0]),
          parts[1] == dialect.algorithm.fileExtension
        else { continue }
        if parts.count == 3, KeyRingFiles.decimal(parts[2]) != nil {
          // Of a process that ended before it named it.
          folder.remove(name)
        }
        guard parts.count == 2, let contents = try folder.read(name, forbidden: 0o177, sizes: KeyRingFiles.sizes)
        else { continue }
        let path = folder.path + "/" + name
        do throws(SigningKeyFile.Flaw) {
          entries.append(
            KeyRing.Entry(
              key: try SigningKey(contents, for: dialect, kid: nil), signsFrom: Instant(milliseconds: began), path: path
            ))
        } catch {
          // Another algorithm was configured once: its keys stay where they are.
          continue
        }
      }
      return entries
    } catch {
      throw .directory(error)
    }
  }

  /// How the files of the daemon's own keys begin; an operator's `key_file` in the same directory does not.
  private static let marker = "grants-"

  private static func prefix(_ audience: Audience?) -> String {
    guard let audience else { return marker + "shared." }
    let plain = audience.name.utf8.flatMap { byte -> [UInt8] in
      switch byte {
      case UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "%"): Array("%\(Hex.text([byte]))".utf8)
      case _: [byte]
      }
    }
    return "\(marker)for-\(String(decoding: plain, as: UTF8.self))."
  }

  private static func decimal(_ digits: Substring) -> Int64? {
    let isPlain = (1...15).contains(digits.utf8.count) && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    return isPlain ? Int64(digits) : nil
  }
}
