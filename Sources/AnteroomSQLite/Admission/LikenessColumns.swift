import AnteroomCore

// In two columns, of which the second is empty for most: few names are read otherwise than they are seen.

extension Row {
  func likeness(_ seen: Int, read: Int) -> NameLikeness? {
    optionalInteger(seen).map { NameLikeness(asSeen: $0, asRead: optionalInteger(read) ?? $0) }
  }
}

extension NameLikeness {
  var asReadElse: Int64? { asRead == asSeen ? nil : asRead }
}
