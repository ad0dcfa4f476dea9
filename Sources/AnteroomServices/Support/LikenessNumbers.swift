package import AnteroomCore

extension NameLikeness {
  /// The first 8 bytes of SHA-256 each, big-endian. Two names of his own choice that share a number cost an
  /// attacker some 2^32 tries and gain him a mark; one that shares a number with somebody else's gains no more.
  package init(_ skeletons: NameSkeletons, digests: any Digests) {
    func number(_ skeleton: String) -> Int64 { digests.sha256(Array(skeleton.utf8).span).number }
    let asSeen = number(skeletons.asSeen)
    self.init(asSeen: asSeen, asRead: skeletons.asRead == skeletons.asSeen ? asSeen : number(skeletons.asRead))
  }

  package init(of name: DisplayName, with profiles: any TextProfiles, digests: any Digests) {
    self.init(profiles.skeletons(of: name.text), digests: digests)
  }
}
