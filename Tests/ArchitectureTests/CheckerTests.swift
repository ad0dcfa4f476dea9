import Testing

/// The checks themselves, on small sources that break the rules and on some that only look so.
@Suite struct CheckerTests {
  @Test(arguments: [
    ("let a = 1 // Date()", "let a = 1          "),
    ("a /* x /* y */ z */ b", "a                   b"),
    ("f(\"Date()\")", "f(        )"),
    ("f(\"a \\(Date()) b\")", "f(     Date()    )"),
    ("f(\"a \\(g(\"x\")) b\")", "f(     g(   )    )"),
    ("f(\"a \\\" Date()\")", "f(             )"),
    ("f(#\"a \" \\(b) Date()\"#)", "f(                   )"),
    ("f(#\"\\#(UUID())\"#)", "f(     UUID()   )"),
    ("\"\"\"\nDate() \"\n\"\"\"; g()", "   \n        \n   ; g()"),
    ("func `a // b`() { g() }", "func         () { g() }"),
  ])
  func `comments, strings and names in backticks are not code, interpolations are`(source: String, code: String) {
    #expect(SwiftText.code(of: source) == code)
  }

  @Test(arguments: [
    ("import Foundation", "Foundation"),
    ("package import Foundation", "Foundation"),
    ("@_exported import Foundation", "Foundation"),
    ("@preconcurrency package import NIOCore", "NIOCore"),
    ("import struct Foundation.Date", "Foundation"),
    ("import Foundation.NSDate", "Foundation"),
    ("  import Foundation", "Foundation"),
    ("let a = 1; import Foundation", "Foundation"),
    ("#if DEBUG\nimport Foundation\n#endif", "Foundation"),
  ])
  func `an import is seen however it is written, and forbidden`(source: String, module: String) {
    let file = SourceFile(path: "Sources/AnteroomCore/Words/Bad.swift", text: source)
    #expect(file.imports.map(\.module) == [module])
    #expect(Rules.forbiddenImports(in: file, layers: Layer.all).count == 1)
  }

  @Test(arguments: ["// import Foundation", "let s = \"import Foundation\"", "let importance = 1"])
  func `what only looks like an import is none`(source: String) {
    #expect(SourceFile(path: "Sources/AnteroomCore/Fine.swift", text: source).imports.isEmpty)
  }

  @Test(arguments: [
    ("AnteroomCore", "Glibc"), ("AnteroomServices", "GRDB"), ("AnteroomServices", "NIOCore"),
    ("AnteroomServices", "Foundation"), ("AnteroomServices", "Crypto"), ("AnteroomAPI", "NIOCore"),
    ("AnteroomAPI", "GRDB"), ("AnteroomHTTP", "AnteroomServices"), ("AnteroomHTTP", "AnteroomSQLite"),
    ("AnteroomClient", "AnteroomServices"), ("AnteroomCrypto", "AnteroomSQLite"), ("anteroomctl", "AnteroomDaemon"),
    ("Elsewhere", "AnteroomCore"),
  ])
  func `a layer may not know what lies above or beside it`(target: String, module: String) {
    let file = SourceFile(path: "Sources/\(target)/Bad.swift", text: "import \(module)\n")
    #expect(Rules.forbiddenImports(in: file, layers: Layer.all).count == 1)
  }

  @Test(arguments: [
    "let now = Date()", "let now = Foundation.Date()", "let now = Date.now", "Int.random(in: 0..<6)",
    "var generator = SystemRandomNumberGenerator()", "let id = UUID()", "print(1)", "try! open()",
    "fatalError(\"later\")", "let text = \"at \\(Date())\"", "socket(AF_INET, SOCK_STREAM, 0)",
    "ServerBootstrap(group: g).bind(host: \"::1\", port: 1)", "func decide() async {}",
    "clock_gettime(CLOCK_REALTIME, &time)",
  ])
  func `a banned call is found`(source: String) {
    let file = SourceFile(path: "Sources/AnteroomCore/Bad.swift", text: "let a = 1\n\(source)\n")
    let violations = Ban.all.flatMap { $0.violations(in: file) }
    #expect(violations.count == 1, "\(violations)")
    #expect(violations.first?.hasPrefix("Sources/AnteroomCore/Bad.swift:2: ") == true)
  }

  @Test func `every ban is broken by its own text`() {
    for ban in Ban.all {
      for folder in ban.within {
        let file = SourceFile(path: "\(folder)X/Bad.swift", text: "let a = b \(ban.text) c")
        #expect(ban.violations(in: file).count == 1, "\(ban.text)")
      }
    }
  }

  @Test(arguments: [
    "let digest = fingerprint(key)", "// Date() is not asked here", "let help = \"print(\"",
    "let isValidate = candidate()", "func f(update: Date) {}", "let factor = 2",
  ])
  func `what only looks like a banned call is let through`(source: String) {
    let file = SourceFile(path: "Sources/AnteroomCore/Fine.swift", text: source)
    #expect(Ban.all.flatMap { $0.violations(in: file) }.isEmpty)
  }

  @Test(arguments: [("Sources/anteroomctl/Main.swift", 0), ("Sources/AnteroomDaemon/Main.swift", 1)])
  func `only the programs print`(path: String, count: Int) {
    let file = SourceFile(path: path, text: "print(1)")
    #expect(Ban.all.flatMap { $0.violations(in: file) }.count == count)
  }

  @Test(arguments: [
    ("open(\"/proc/\\(pid)/exe\")", 1), ("open(\"/proc/1/exe\")", 1), ("open(\"/proc/self/uid_map\")", 0),
    ("[\"/proc/self/stat\", \"/proc/\\(pid)\"]", 1),
  ])
  func `a peer's proc is found, one's own is let through`(source: String, count: Int) {
    let file = SourceFile(path: "Sources/AnteroomSystem/Peer.swift", text: source)
    #expect(Ban.peerProc.violations(in: file).count == count)
  }

  @Test(arguments: [(400, 0), (401, 1)])
  func `a file of more than four hundred lines is too long`(lines: Int, count: Int) {
    let text = Array(repeating: "//", count: lines).joined(separator: "\n")
    let file = SourceFile(path: "Sources/AnteroomCore/Long.swift", text: text)
    #expect(Rules.tooLong(file, allowed: [:]).count == count)
    #expect(Rules.tooLong(file, allowed: [file.path: "it is a table"]).isEmpty)
  }

  @Test func `a package is read with its products, aliases and C modules`() {
    let package = PackageText(
      """
      func library(_ name: String) -> Target { .target(name: name) }
      let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
      let package = Package(
        targets: [
          library("A"),
          library("B", ["A", .product(name: "GRDB", package: "GRDB.swift"), crypto]),
          program("c", ["B"]),
          .systemLibrary(name: "CArgon2", pkgConfig: "libargon2"),
          .target(name: "CProcess"),
        ]
      )
      """)
    #expect(package.dependencies == ["A": [], "B": ["A", "GRDB", "Crypto"], "c": ["B"]])
    #expect(package.cModules == ["CArgon2", "CProcess"])
  }
}
