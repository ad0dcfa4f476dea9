// swift-tools-version:6.2
import PackageDescription

/// Every target is built the same way: Swift 6, strict memory safety, warnings are errors.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

/// Served at GET /v1/openapi.yaml by the daemon itself, from its own code.
let openAPI: [Resource] = [.embedInCode("openapi.yaml")]

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
// For tests alone: the referee of our own reading of requests.
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
// RSA, for servers that read nothing newer.
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "anteroom",
  products: [
    .executable(name: "anteroomd", targets: ["anteroomd"]),
    .executable(name: "anteroomctl", targets: ["anteroomctl"]),
    .executable(name: "anteroom-bench", targets: ["anteroom-bench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ],
  targets: [
    // What is true and what is allowed: values, no I/O.
    library("AnteroomCore"),
    library("SecretMemory"),
    // Use cases in order, and the ports they need.
    library("AnteroomServices", ["AnteroomCore", "SecretMemory"]),
    // Adapters: each does one thing to the world.
    library(
      "AnteroomSQLite",
      [
        "AnteroomServices", "AnteroomCore", .product(name: "GRDB", package: "GRDB.swift"),
        // The C interface of the very SQLite that GRDB is linked with.
        .product(name: "GRDBSQLite", package: "GRDB.swift"), "CSQLiteMemory",
      ]),
    library(
      "AnteroomCrypto",
      [
        "AnteroomServices", "AnteroomCore", "SecretMemory", "CArgon2", "CArgon2Arena", "CCrypt", "COath", crypto,
        cryptoExtras,
      ]),
    library("AnteroomText", ["AnteroomServices", "AnteroomCore", "SecretMemory", "CUnicodeText", "CZxcvbn"]),
    library("AnteroomSystem", ["AnteroomServices", "AnteroomCore", "SecretMemory", "CProcess"]),
    library(
      "AnteroomAPI", ["AnteroomServices", "AnteroomCore", "SecretMemory"],
      resources: openAPI),
    library(
      "AnteroomHTTP",
      ["AnteroomAPI", "AnteroomCore", "AnteroomSystem", nioCore, nioPosix, lifecycle, logging]),
    library("AnteroomClient", [nioCore, nioPosix]),
    // The composition root, apart from `main` so that tests and the benchmark start the same daemon.
    library(
      "AnteroomDaemon",
      [
        "AnteroomAPI", "AnteroomHTTP", "AnteroomServices", "AnteroomSQLite", "AnteroomCrypto", "AnteroomText",
        "AnteroomSystem", "AnteroomCore", "SecretMemory", "TOMLKit", lifecycle, signals, logging,
      ]),
    program("anteroomd", ["AnteroomDaemon", "AnteroomSystem", "AnteroomCore", arguments, logging]),
    program("anteroomctl", ["AnteroomClient", "AnteroomCore", "CQRCode", arguments]),
    program(
      "anteroom-bench",
      [
        "AnteroomDaemon", "AnteroomHTTP", "AnteroomAPI", "AnteroomClient", "AnteroomCrypto", "AnteroomServices",
        "AnteroomSystem", "AnteroomCore", "SecretMemory", "CArgon2", nioCore, nioPosix, arguments, lifecycle, logging,
      ]),
    // C, found by pkg-config, or wrapped where a header cannot be imported beside Foundation.
    .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
    .systemLibrary(name: "COath", pkgConfig: "liboath", providers: [.apt(["liboath-dev"])]),
    // Without a pkg-config file: its module map names the library.
    .systemLibrary(name: "CZxcvbn", providers: [.apt(["libzxcvbn-dev"])]),
    .systemLibrary(name: "CQRCode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
    .target(name: "CArgon2Arena", dependencies: ["CArgon2"]),
    // Debian: libcrypt-dev.
    .target(name: "CCrypt", linkerSettings: [.linkedLibrary("crypt")]),
    .target(
      name: "CUnicodeText",
      linkerSettings: [.linkedLibrary("icui18n"), .linkedLibrary("icuuc")]),
    .target(name: "CProcess"),
    .target(name: "CSQLiteMemory", linkerSettings: [.linkedLibrary("sqlite3")]),
    // Tests.
    tests("AnteroomTextTests", ["AnteroomText", "AnteroomServices", "AnteroomCore", "SecretMemory"]),
    tests("AnteroomClientTests", ["AnteroomClient", nioCore, nioPosix]),
    tests("anteroomctlTests", ["anteroomctl", "AnteroomClient", "AnteroomCore", "CQRCode", arguments]),
    tests("ArchitectureTests", []),
    tests(
      "AnteroomCryptoTests",
      [
        "AnteroomCrypto", "AnteroomServices", "AnteroomCore", "SecretMemory", "CArgon2Arena", "COath", crypto,
        cryptoExtras,
      ]),
    tests("AnteroomSystemTests", ["AnteroomSystem", "AnteroomServices", "AnteroomCore", "SecretMemory"]),
    tests(
      "AnteroomDaemonTests",
      [
        "AnteroomDaemon", "AnteroomAPI", "AnteroomSQLite", "AnteroomServices", "AnteroomCore", "AnteroomCrypto",
        "AnteroomSystem", "SecretMemory", logging,
        // An issuer's part is played.
        crypto,
      ]),
    tests(
      "AdmissionModelTests",
      [
        "AnteroomDaemon", "AnteroomAPI", "AnteroomSQLite", "AnteroomServices", "AnteroomCore", "AnteroomCrypto",
        "AnteroomSystem", "SecretMemory", logging,
      ]),
    tests("AnteroomCoreTests", ["AnteroomCore"]),
    tests("AnteroomAPITests", ["AnteroomAPI", "SecretMemory"]),
    tests(
      "AnteroomHTTPTests",
      [
        "AnteroomHTTP", "AnteroomAPI", "AnteroomSystem", "AnteroomCore", nioCore, nioEmbedded, nioHTTP1, lifecycle,
        logging,
      ]),
  ]
)
