import Foundation

/// A Swift file of the project.
struct SourceFile: Sendable {
  /// Below the top of the project: `Sources/AnteroomCore/Words/Instant.swift`.
  let path: String
  let text: String
  /// The text without comments and strings.
  let code: String

  init(path: String, text: String) {
    self.path = path
    self.text = text
    self.code = SwiftText.code(of: text)
  }

  /// The target that the file belongs to, by its folder.
  var target: String {
    let parts = path.split(separator: "/")
    return parts.count > 2 ? String(parts[1]) : ""
  }

  var lineCount: Int { text.split(separator: "\n", omittingEmptySubsequences: false).count }

  /// Every module that the file imports, with the line.
  var imports: [(module: String, line: Int)] {
    var found: [(module: String, line: Int)] = []
    for (index, line) in code.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.split { $0 == " " || $0 == "\t" || $0 == ";" }
      // Before `import` stand attributes and an access level only; in code it is nothing but a keyword.
      guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count else { continue }
      let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias", "actor"]
      let name = kinds.contains(words[keyword + 1]) ? words[(keyword + 2)...].first : words[keyword + 1]
      guard let module = name?.split(separator: ".").first else { continue }
      found.append((String(module), index + 1))
    }
    return found
  }
}

/// The project's own files, read where this test was compiled.
enum Project {
  static let root: URL = {
    var folder = URL(filePath: #filePath).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) && folder.path != "/" {
      folder.deleteLastPathComponent()
    }
    return folder
  }()

  static func read(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static func swiftFiles(in folder: String) throws -> [SourceFile] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
    return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
      SourceFile(path: "\(folder)/\(path)", text: try read("\(folder)/\(path)"))
    }
  }
}
