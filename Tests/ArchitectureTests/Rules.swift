/// The checks that are not about single calls.
enum Rules {
  /// In lines. Most files are a quarter of it; what is above is one thing that would not gain by being cut.
  static let longest = 400

  /// Files that may be longer, each with the reason.
  static let longFiles: [String: String] = [
    "Sources/AnteroomCore/Meetings/PasscodeWords.swift": "one list of words",
    "Sources/AnteroomServices/Accounts/Passwords/CommonPasswords.swift": "one list of words",
  ]

  /// A line for each import that the file's layer does not allow.
  static func forbiddenImports(in file: SourceFile, layers: [Layer]) -> [String] {
    guard let layer = layers.first(where: { $0.name == file.target }) else {
      return ["\(file.path): its target is in no layer"]
    }
    return file.imports.filter { !layer.allowed.contains($0.module) }.map {
      "\(file.path):\($0.line): \(layer.name) may not import \($0.module)"
    }
  }

  static func tooLong(_ file: SourceFile, allowed: [String: String]) -> [String] {
    guard file.lineCount > longest, allowed[file.path] == nil else { return [] }
    return ["\(file.path): \(file.lineCount) lines, more than \(longest)"]
  }
}
