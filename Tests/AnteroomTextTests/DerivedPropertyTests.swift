import Testing

@testable import AnteroomText

@Suite struct DerivedPropertyTests {
  @Test(
    arguments: [
      // Exceptions come before whatever else the code point is.
      (0x00DF, .valid), (0x03C2, .valid), (0x06FD, .valid), (0x0F0B, .valid), (0x3007, .valid), (0x00B7, .contextual),
      (0x0660, .contextual), (0x06F9, .contextual), (0x30FB, .contextual), (0x0640, .disallowed), (0x302E, .disallowed),
      (0x303B, .disallowed),
      // One for each further line, in its order.
      (0x0378, .unassigned), (0x21, .valid), (0x7E, .valid), (0x200C, .contextual), (0x200D, .contextual),
      (0x1100, .disallowed), (0x11FF, .disallowed), (0xA97C, .disallowed), (0xD7B0, .disallowed), (0x3164, .disallowed),
      (0xFDD0, .disallowed), (0x10FFFF, .disallowed), (0x00, .disallowed), (0x85, .disallowed),
      (0x2163, .validFreeform), (0xFF21, .validFreeform), (0x212B, .validFreeform), (0x0301, .valid), (0x0903, .valid),
      (0x4E00, .valid), (0xAC00, .valid), (0x16A0, .valid), (0x2160, .validFreeform), (0x16EE, .validFreeform),
      (0x20DD, .validFreeform), (0x20, .validFreeform), (0x1680, .validFreeform), (0x265A, .validFreeform),
      (0x2010, .validFreeform), (0xA1, .validFreeform), (0xD800, .disallowed), (0xE000, .disallowed),
      (0x2028, .disallowed), (0x0600, .disallowed), (0xFFF9, .disallowed), (0x110000, .disallowed),
    ] as [(UInt32, DerivedProperty)])
  func `a code point has the property that RFC 8264 derives`(codePoint: UInt32, expected: DerivedProperty) {
    #expect(DerivedProperty(of: codePoint) == expected)
  }
}
