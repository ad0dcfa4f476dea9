/// One target of the package and what it may lean on. Which layer may know which is the shape of the whole
/// program; this table is that shape, `Package.swift` and every `import` are held against it.
struct Layer: Sendable {
  let name: String
  /// Targets and products of the package, as declared in `Package.swift`.
  let dependencies: Set<String>
  /// Modules of the toolchain that its files may import besides.
  let toolchain: Set<String>

  var allowed: Set<String> { dependencies.union(toolchain) }

  static let all: [Layer] = [
    // Decides: no I/O, no clock, no Foundation, nothing.
    Layer(name: "AnteroomCore", dependencies: [], toolchain: []),
    Layer(name: "SecretMemory", dependencies: [], toolchain: ["Glibc", "Synchronization"]),
    // Orders: knows the world by its ports only.
    Layer(name: "AnteroomServices", dependencies: ["AnteroomCore", "SecretMemory"], toolchain: ["Synchronization"]),
    // Adapters: each does one thing to the world, and only it knows the library that does.
    Layer(
      name: "AnteroomSQLite",
      dependencies: ["AnteroomServices", "AnteroomCore", "GRDB", "GRDBSQLite", "CSQLiteMemory"],
      // Dispatch for the writer's queue.
      toolchain: ["Dispatch", "Glibc", "Synchronization"]),
    Layer(
      name: "AnteroomCrypto",
      dependencies: [
        "AnteroomServices", "AnteroomCore", "SecretMemory", "CArgon2", "CArgon2Arena", "CCrypt", "COath",
        "Crypto", "CryptoExtras",
      ],
      // Dispatch for lookups in a file, which block.
      toolchain: ["Dispatch", "Glibc", "Synchronization"]),
    Layer(
      name: "AnteroomText",
      dependencies: ["AnteroomServices", "AnteroomCore", "SecretMemory", "CUnicodeText", "CZxcvbn"],
      toolchain: ["Glibc", "Synchronization"]),
    Layer(
      name: "AnteroomSystem", dependencies: ["AnteroomServices", "AnteroomCore", "SecretMemory", "CProcess"],
      toolchain: ["Glibc", "Synchronization"]),
    // The endpoints: bytes come from elsewhere, so it knows no socket.
    Layer(
      name: "AnteroomAPI", dependencies: ["AnteroomServices", "AnteroomCore", "SecretMemory"],
      toolchain: ["Synchronization"]),
    // Moves bytes and knows no meeting: no Services.
    Layer(
      name: "AnteroomHTTP",
      dependencies: [
        "AnteroomAPI", "AnteroomCore", "AnteroomSystem", "NIOCore", "NIOPosix", "ServiceLifecycle", "Logging",
      ],
      toolchain: ["Glibc", "Synchronization"]),
    // Speaks from the other side of the socket: nothing of the daemon's inside.
    Layer(
      name: "AnteroomClient", dependencies: ["NIOCore", "NIOPosix"],
      toolchain: ["Glibc", "Synchronization"]),
    // Wiring: the one place where everything meets.
    Layer(
      name: "AnteroomDaemon",
      dependencies: [
        "AnteroomAPI", "AnteroomHTTP", "AnteroomServices", "AnteroomSQLite", "AnteroomCrypto", "AnteroomText",
        "AnteroomSystem", "AnteroomCore", "SecretMemory", "TOMLKit", "ServiceLifecycle", "UnixSignals", "Logging",
      ],
      toolchain: ["Glibc", "Synchronization"]),
    Layer(
      name: "anteroomd",
      dependencies: ["AnteroomDaemon", "AnteroomSystem", "AnteroomCore", "ArgumentParser", "Logging"],
      toolchain: ["Glibc"]),
    Layer(
      name: "anteroomctl", dependencies: ["AnteroomClient", "AnteroomCore", "CQRCode", "ArgumentParser"],
      toolchain: ["Glibc", "Synchronization"]),
    Layer(
      name: "anteroom-bench",
      dependencies: [
        "AnteroomDaemon", "AnteroomHTTP", "AnteroomAPI", "AnteroomClient", "AnteroomCrypto", "AnteroomServices",
        "AnteroomSystem", "AnteroomCore", "SecretMemory", "CArgon2", "NIOCore", "NIOPosix", "ArgumentParser",
        "ServiceLifecycle", "Logging",
      ],
      toolchain: ["Glibc", "Synchronization"]),
  ]

  /// C, which has no imports to hold against the table.
  static let cModules: Set<String> = [
    "CArgon2", "COath", "CQRCode", "CArgon2Arena", "CCrypt", "CUnicodeText", "CProcess", "CSQLiteMemory", "CZxcvbn",
  ]
}
