import Testing

/// The rules of ARCHITECTURE.md, held against the project as it lies there.
@Suite struct ArchitectureTests {
  @Test(arguments: Layer.all.map(\.name))
  func `a target imports what its layer may know and nothing else`(target: String) throws {
    let files = try Project.swiftFiles(in: "Sources/\(target)")
    #expect(!files.isEmpty)
    let violations = files.flatMap { Rules.forbiddenImports(in: $0, layers: Layer.all) }
    #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
  }

  @Test func `every file belongs to a target of the table`() throws {
    let known = Set(Layer.all.map(\.name))
    let stray = try Project.swiftFiles(in: "Sources").filter { !known.contains($0.target) }.map(\.path)
    #expect(stray.isEmpty, "\(stray.joined(separator: "\n"))")
  }

  @Test(arguments: [
    ("GRDB", "AnteroomSQLite"), ("GRDBSQLite", "AnteroomSQLite"), ("Crypto", "AnteroomCrypto"),
    ("CryptoExtras", "AnteroomCrypto"),
    ("TOMLKit", "AnteroomDaemon"),
  ])
  func `a library is known to one target alone`(module: String, owner: String) throws {
    let others = try Project.swiftFiles(in: "Sources").filter { file in
      file.target != owner && file.imports.contains { $0.module == module }
    }
    #expect(others.isEmpty, "\(others.map(\.path).joined(separator: "\n"))")
  }

  @Test(arguments: Ban.all.map(\.text))
  func `nobody does by the way what belongs in one place`(text: String) throws {
    let files = try Project.swiftFiles(in: "Sources")
    let violations = Ban.all.filter { $0.text == text }.flatMap { ban in files.flatMap(ban.violations) }
    #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
  }

  @Test func `polkit's process id races: nobody looks a peer up in proc`() throws {
    let violations = try Project.swiftFiles(in: "Sources").flatMap(Ban.peerProc.violations)
    #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
  }

  @Test func `no file is longer than can be read at one sitting`() throws {
    let files = try Project.swiftFiles(in: "Sources") + Project.swiftFiles(in: "Tests")
    let violations = files.flatMap { Rules.tooLong($0, allowed: Rules.longFiles) }
    #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
  }

  @Test func `the list of long files names only files that are there and long`() throws {
    let files = try Project.swiftFiles(in: "Sources") + Project.swiftFiles(in: "Tests")
    let long = Set(files.filter { $0.lineCount > Rules.longest }.map(\.path))
    #expect(Set(Rules.longFiles.keys).subtracting(long).isEmpty)
  }

  @Test func `Package.swift declares what the table says`() throws {
    let package = PackageText(try Project.read("Package.swift"))
    #expect(Set(package.dependencies.keys) == Set(Layer.all.map(\.name)))
    for layer in Layer.all {
      #expect(package.dependencies[layer.name] == layer.dependencies, "\(layer.name)")
    }
    #expect(package.cModules == Layer.cModules)
  }
}
