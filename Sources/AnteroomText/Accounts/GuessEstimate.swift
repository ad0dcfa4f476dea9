package import AnteroomServices
import CZxcvbn
import Glibc
import SecretMemory

/// The estimate of zxcvbn (Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016), by
/// libzxcvbn.
package struct GuessEstimate: PasswordStrength {
  /// The library's work grows with the cube of the length where one character is repeated: 0.2 ms for 40 bytes, 10 ms
  /// for 100. Whoever may ask could make that a way to keep a processor busy.
  package static let mostBytes = 40

  private static let log10Of2 = 0.301_029_995_663_981_2

  package init() {}

  package func guessesLog10(of password: borrowing Password, names: [String]) -> Double {
    // The library reads to a NUL, which no prepared password holds.
    let text = password.bytes.withBytes { bytes in
      var count = min(bytes.count, Self.mostBytes)
      while count < bytes.count, count > 0, bytes[count] & 0xC0 == 0x80 { count -= 1 }
      return unsafe SecretBytes(count: count + 1) { output in
        for index in 0..<count { unsafe output[index] = bytes[index] }
      }
    }
    let bits = unsafe text.withPointer { base, _ in
      unsafe withWords(names) { words in
        unsafe ZxcvbnMatch(UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self), words, nil)
      }
    }
    return max(0, bits * Self.log10Of2)
  }

  /// The names as the library takes them: an array of strings that ends with a null pointer.
  private func withWords<R>(
    _ names: [String], _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>?) -> R
  ) -> R {
    var words: [UnsafePointer<CChar>?] = unsafe names.map { unsafe UnsafePointer(strdup($0.lowercased())) } + [nil]
    defer { unsafe words.forEach { word in unsafe free(UnsafeMutableRawPointer(mutating: word)) } }
    return unsafe words.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress) }
  }
}
