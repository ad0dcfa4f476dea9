import SecretMemory

@testable import AnteroomAPI

/// A value as a test compares it: strings by their bytes, since `==` on `String` takes two spellings of one
/// character for the same.
indirect enum Seen: Equatable {
  case object([String: Seen])
  case array([Seen])
  case string([UInt8])
  case secret([UInt8])
  case integer(Int64)
  case decimal
  case bool(Bool)
  case null

  init(_ value: JSONValue) {
    switch value {
    case .object(let members):
      self = .object(Dictionary(uniqueKeysWithValues: members.map { ($0.name, Seen($0.value)) }))
    case .array(let values): self = .array(values.map(Seen.init))
    case .string(let text): self = .string(Array(text.utf8))
    case .secret(let box):
      let bytes = box.take()?.withBytes { bytes in bytes.indices.map { bytes[$0] } }
      self = bytes.map(Seen.secret) ?? .null
    case .integer(let number): self = .integer(number)
    case .decimal: self = .decimal
    case .bool(let flag): self = .bool(flag)
    case .null: self = .null
    }
  }

  static func text(_ text: String) -> Seen { .string(Array(text.utf8)) }
}

func read(_ bytes: [UInt8], secrets: Set<String> = []) -> Result<Seen, JSONFlaw> {
  do throws(JSONFlaw) {
    return .success(Seen(try JSONReader.read(bytes.span, secrets: secrets)))
  } catch {
    return .failure(error)
  }
}

func read(_ text: String, secrets: Set<String> = []) -> Result<Seen, JSONFlaw> {
  read(Array(text.utf8), secrets: secrets)
}

func flaw(_ bytes: [UInt8]) -> JSONFlaw.Kind? {
  if case .failure(let flaw) = read(bytes) { flaw.kind } else { nil }
}

func flaw(_ text: String) -> JSONFlaw.Kind? { flaw(Array(text.utf8)) }
