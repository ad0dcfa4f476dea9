package import AnteroomCore

/// The figures of `[limits]` that budgets are made from.
package struct AttemptLimits: Hashable, Sendable {
  /// Of one source in ten minutes, over all accounts.
  package var sourceFailures: Int
  /// Of all strangers together on one account in a day.
  package var accountFailures: Int
  package var joinFailures: Int
  /// Addresses that many people share; they are not budgeted as a source.
  package var sharedSources: Set<SourcePrefix>

  package init(sourceFailures: Int, accountFailures: Int, joinFailures: Int, sharedSources: Set<SourcePrefix>) {
    self.sourceFailures = sourceFailures
    self.accountFailures = accountFailures
    self.joinFailures = joinFailures
    self.sharedSources = sharedSources
  }
}

/// The one limiter: which buckets an attempt draws on.
package struct AttemptLimiter: Sendable {
  private let limits: AttemptLimits
  private let digests: any Digests

  package init(limits: AttemptLimits, digests: any Digests) {
    self.limits = limits
    self.digests = digests
  }

  /// Where an attempt comes from, as it is counted: the believed address, or the front end.
  package struct Origin: Hashable, Sendable {
    package let frontEnd: String
    package let source: SourcePrefix?

    package init(frontEnd: FrontEnd, source: SourcePrefix?) {
      self.frontEnd = frontEnd.name
      self.source = frontEnd.isBelievedOnSource ? source : nil
    }

    /// Groups what shares one place in a queue.
    package var text: String { source.map { "ip " + $0.text } ?? "frontend " + frontEnd }
  }

  /// A password for `name`, existing or not. A known device of the account lifts the budgets that strangers can spend,
  /// and has a delay of its own. From an address that many share, and from a front end that is not believed, there is no
  /// budget of the source: one who guesses there must not shut the others out.
  package func password(
    name: [UInt8], origin: Origin, knownDevice: String?, account: AccountID?
  ) -> [BudgetBucket] {
    let about = About(name: nameDigest(name), source: sourceDigest(origin), account: account)
    let pair = SignInPolicy.accountWithSource
    if let knownDevice { return [bucket(.device, [knownDevice], name, pair, about)] }
    var buckets = [
      bucket(.accountSource, [origin.text], name, pair, about),
      bucket(
        .strangers, [], name, SignInPolicy.strangers(failures: limits.accountFailures), about.withoutSource),
    ]
    if let source = countedSource(origin) {
      let rule = SignInPolicy.source(failures: limits.sourceFailures)
      buckets.append(bucket(.source, [source], [], rule, about.ofSourceAlone))
    }
    return buckets
  }

  /// How often in a row a session may show a wrong password or code before it ends.
  package var wrongConfirmations: Int { SignInPolicy.wrongConfirmations(failures: limits.accountFailures) }

  /// The password again, by who is signed in already: budgets of the account that no stranger can draw on, and that no
  /// single session can spend, since it ends before (`wrongConfirmations`).
  package func confirmation(name: [UInt8], account: AccountID) -> [BudgetBucket] {
    let about = About(name: nameDigest(name), source: nil, account: account)
    return [
      bucket(.confirmation, [], name, SignInPolicy.accountWithSource, about),
      bucket(.confirmations, [], name, SignInPolicy.strangers(failures: limits.accountFailures), about),
    ]
  }

  /// A setup or reset code for `name`. Who shows a known device of the account has a budget that nobody else spends.
  package func setupCode(
    name: [UInt8], origin: Origin, knownDevice: String?, account: AccountID?
  ) -> [BudgetBucket] {
    let about = About(name: nameDigest(name), source: sourceDigest(origin), account: account)
    let from = knownDevice.map { "device " + $0 } ?? origin.text
    return [bucket(.setupCode, [from], name, SignInPolicy.setupCodeRule, about)]
  }

  package func registration(name: [UInt8], origin: Origin) -> [BudgetBucket] {
    let about = About(name: nameDigest(name), source: sourceDigest(origin), account: nil)
    if let source = countedSource(origin) {
      return [bucket(.registration, [source], [], SignInPolicy.registrations, about.ofSourceAlone)]
    }
    return [
      bucket(.registration, [origin.frontEnd], name, SignInPolicy.registrations, about),
      bucket(
        .registrations, [origin.frontEnd], [], .window(limit: 1000, seconds: 3600), about.ofSourceAlone),
    ]
  }

  /// A passcode for the meeting id as it was given, existing or not. Without a believed source of one's
  /// own all of a front end's joiners share the pair's bucket: it is deeper than the passcode's own cap
  /// goes, and there is none over all ids, since one stranger must not shut a whole front end out.
  package func passcode(meeting: String, origin: Origin) -> [BudgetBucket] {
    let name = Array(meeting.utf8)
    let about = About(name: nil, source: sourceDigest(origin), account: nil)
    guard let source = countedSource(origin) else {
      let failures = max(limits.joinFailures * 5, AttemptLimiter.deepestPasscodeCap)
      return [bucket(.join, ["frontend " + origin.frontEnd], name, .window(limit: failures, seconds: 600), about)]
    }
    return [
      bucket(.join, ["ip " + source], name, .window(limit: limits.joinFailures, seconds: 600), about),
      bucket(.joins, [source], [], .window(limit: limits.joinFailures * 5, seconds: 600), about),
    ]
  }

  /// What somebody changes of the own account by a session, which may be stolen, and must not fill the disk.
  package func changes(of account: AccountID) -> BudgetBucket {
    let about = About(name: nil, source: nil, account: account)
    return bucket(.changes, [], Array(account.text.utf8), SignInPolicy.ownChanges, about)
  }

  /// The most that `passcode_failures` can be.
  private static let deepestPasscodeCap = 100

  /// Joins that one source makes in one meeting: who knows the way in must not fill the disk by coming and going.
  /// Nil where many share a source.
  package func knocks(meeting: String, origin: Origin, limit: Int) -> BudgetBucket? {
    guard let source = countedSource(origin) else { return nil }
    let about = About(name: nil, source: sourceDigest(origin), account: nil)
    return bucket(.knocks, ["ip " + source], Array(meeting.utf8), .window(limit: limit, seconds: 600), about)
  }

  /// Under which an operator finds what is counted about a username.
  package func nameDigest(_ name: [UInt8]) -> Digest { digests.keyed(.budget, context: "username", name.span) }

  /// And about an address, whichever front end named it.
  package func sourceDigest(_ source: SourcePrefix) -> Digest {
    digests.keyed(.source, context: "refusals", Array(("ip " + source.text).utf8).span)
  }

  /// Under which the refusals of somebody known by an id are counted.
  package func actorDigest(_ actor: String) -> Digest {
    digests.keyed(.source, context: "actor", Array(actor.utf8).span)
  }

  /// Under which strangers' refusals are counted.
  package func sourceDigest(_ origin: Origin) -> Digest {
    digests.keyed(.source, context: "refusals", Array(origin.text.utf8).span)
  }

  /// A believed address of one's own as a number, for counting who waits from where; nil where many share it.
  package func place(_ origin: Origin) -> Int64? {
    guard let source = countedSource(origin) else { return nil }
    return digests.keyed(.source, context: "place", Array(source.utf8).span).number
  }

  private func countedSource(_ origin: Origin) -> String? {
    guard let source = origin.source, !limits.sharedSources.contains(source) else { return nil }
    return source.text
  }

  /// What a bucket is about, beside its key.
  private struct About {
    var name: Digest?
    var source: Digest?
    var account: AccountID?

    var withoutSource: About { About(name: name, source: nil, account: account) }
    var ofSourceAlone: About { About(name: nil, source: source, account: nil) }
  }

  private func bucket(
    _ kind: BudgetKind, _ parts: [String], _ name: [UInt8], _ rule: BudgetRule, _ about: About
  ) -> BudgetBucket {
    let context = ([kind.keyLabel] + parts).joined(separator: "\u{0}")
    return BudgetBucket(
      kind: kind, key: digests.keyed(.budget, context: context, name.span), rule: rule, name: about.name,
      source: about.source, account: about.account)
  }
}
