import Foundation
import Testing

@testable import AnteroomAPI

/// Our reader, held against Foundation's: what ours accepts, Foundation accepts with the same values. Ours refuses
/// more: repeated members, depth beyond 16, NUL, a byte order mark, other encodings than UTF-8.
///
/// What is permitted to differ:
/// - A number that is no whole one in 64 bits is `.decimal` to ours, whatever its value: no operation takes one. Where
///   no `Double` holds it, Foundation refuses it; so a body with such a number is compared no further.
/// - Foundation drops a U+FEFF that stands in a string as it is; where there is one the values are not compared.
/// - Foundation reads `-0` as a floating-point zero, ours as the integer.
@Suite(.serialized) struct JSONRefereeTests {
  @Test(arguments: 1...10)
  func `what ours accepts Foundation accepts with the same values`(seed: Int) async {
    var maker = BodyMaker(seed: UInt64(seed))
    var accepted = 0
    var refused: Set<JSONFlaw.Kind> = []
    for round in 0..<5000 {
      await Task.yield()
      let bytes = maker.body()
      switch read(bytes) {
      case .failure(let flaw):
        refused.insert(flaw.kind)
        #expect(flaw.offset <= bytes.count)
      case .success(let value):
        accepted += 1
        if let breach = Self.breach(value, bytes) {
          Issue.record(
            "seed \(seed), round \(round): \(breach)\n\(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
      }
    }
    // A maker whose bodies are all refused, or all for one reason, would prove nothing.
    #expect(accepted > 500)
    #expect(refused == [.notUTF8, .syntax, .tooDeep, .duplicateKey, .badEscape, .trailing])
  }

  /// The rule of members that are secret changes what they become, and neither what is JSON nor the bytes.
  @Test(arguments: 11...12)
  func `a secret is read like any other string`(seed: Int) async {
    var maker = BodyMaker(seed: UInt64(seed))
    var secrets = 0
    for _ in 0..<5000 {
      await Task.yield()
      let bytes = maker.body()
      let open = read(bytes)
      let closed = read(bytes, secrets: ["", "a", "b", "é"])
      guard case .success(let value) = closed else {
        #expect(open == closed)
        continue
      }
      if value.holdsSecret { secrets += 1 }
      #expect(open == .success(value.opened))
    }
    #expect(secrets > 25)
  }

  private static func breach(_ ours: Seen, _ bytes: [UInt8]) -> String? {
    do {
      let value = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
      return holdsByteOrderMark(bytes) || isSame(ours, value) ? nil : "read otherwise: \(ours) and \(value)"
    } catch {
      return ours.holdsDecimal ? nil : "accepted what Foundation refuses: \(error)"
    }
  }

  private static func holdsByteOrderMark(_ bytes: [UInt8]) -> Bool {
    bytes.indices.dropLast(2).contains { bytes[$0...($0 + 2)] == [0xEF, 0xBB, 0xBF] }
  }

  private static func isSame(_ ours: Seen, _ value: Any) -> Bool {
    switch ours {
    case .object(let members):
      guard let others = value as? [String: Any], others.count == members.count else { return false }
      return members.allSatisfy { name, member in others[name].map { isSame(member, $0) } ?? false }
    case .array(let values):
      guard let others = value as? [Any], others.count == values.count else { return false }
      return zip(values, others).allSatisfy { isSame($0, $1) }
    case .string(let text): return (value as? String).map { Array($0.utf8) == text } ?? false
    case .secret: return false
    case .integer(let number): return isNumber(value) && (value as? NSNumber)?.int64Value == number
    case .decimal: return isNumber(value)
    case .bool(let flag): return !isNumber(value) && (value as? Bool) == flag
    case .null: return value is NSNull
    }
  }

  /// `true` is a number to `NSNumber` as well; its type says which it was.
  private static func isNumber(_ value: Any) -> Bool {
    guard let number = value as? NSNumber else { return false }
    return unsafe String(cString: number.objCType) != "c" && !(type(of: value) == Bool.self)
  }
}

extension Seen {
  var holdsDecimal: Bool {
    switch self {
    case .decimal: true
    case .object(let members): members.values.contains(where: \.holdsDecimal)
    case .array(let values): values.contains(where: \.holdsDecimal)
    case .string, .secret, .integer, .bool, .null: false
    }
  }

  var holdsSecret: Bool {
    switch self {
    case .secret: true
    case .object(let members): members.values.contains(where: \.holdsSecret)
    case .array(let values): values.contains(where: \.holdsSecret)
    case .string, .decimal, .integer, .bool, .null: false
    }
  }

  /// The same with every secret as the string that it was.
  var opened: Seen {
    switch self {
    case .secret(let bytes): .string(bytes)
    case .object(let members): .object(members.mapValues(\.opened))
    case .array(let values): .array(values.map(\.opened))
    case .string, .decimal, .integer, .bool, .null: self
    }
  }
}
