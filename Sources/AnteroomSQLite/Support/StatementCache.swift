import AnteroomServices
import GRDB

/// The compiled statements of one connection. All texts of SQL are this program's own, so they are few.
///
/// A text is first looked for by where it lies: most are constants, and to hash five hundred bytes at each
/// statement costs more than to bind and step some of them. The bytes are compared in any case.
///
/// Touched on its connection's queue alone, as the connection is.
final class StatementCache: @unchecked Sendable {
  private static let placeCount = 512

  private var places = [CompiledStatement?](repeating: nil, count: StatementCache.placeCount)
  private var byText: [String: CompiledStatement] = [:]

  func statement(_ text: String, on database: Database) throws(StorageFault) -> CompiledStatement {
    // Of a text that is one piece of UTF-8, as literals and what is put together of them are, no copy is made.
    var bytes = text
    let (place, known) = bytes.withUTF8 { utf8 -> (Int, CompiledStatement?) in
      let place = unsafe StatementCache.place(of: utf8)
      guard let statement = places[place], unsafe statement.isCompiled(from: utf8) else { return (place, nil) }
      return (place, statement)
    }
    if let known { return known }
    let statement: CompiledStatement
    if let known = byText[text] { statement = known } else { statement = try compile(text, on: database) }
    places[place] = statement
    return statement
  }

  private func compile(_ text: String, on database: Database) throws(StorageFault) -> CompiledStatement {
    guard let connection = unsafe database.sqliteConnection else { throw .unavailable("the store is closed") }
    let statement = try unsafe CompiledStatement(text, on: connection)
    byText[text] = statement
    return statement
  }

  private static func place(of text: UnsafeBufferPointer<UInt8>) -> Int {
    // Fibonacci hashing: addresses differ in their middle bits.
    let address = UInt(bitPattern: text.baseAddress) &+ UInt(text.count)
    return Int((address &* 0x9E37_79B9_7F4A_7C15) >> (UInt.bitWidth - 9))
  }
}
