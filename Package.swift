// swift-tools-version: 6.2
import PackageDescription

// Continuous integration refuses warnings; a user with a newer compiler must still be able to build.
let refusesWarnings = Context.environment["CI"] != nil
// `make fuzz` instruments our own code for libFuzzer, and optimizes it with all checks left in.
let isFuzzing = Context.environment["SLUICE_FUZZ"] != nil
// Benchmarks/queues and Benchmarks/micro measure what is inside the programs, as released.
let isBenchmarking = Context.environment["SLUICE_BENCH"] != nil
let settings: [SwiftSetting] =
  // A function that waits goes on where its caller is. Without it the runtime looks for an executor at each call.
  [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]
  + (refusesWarnings ? [.treatAllWarnings(as: .error)] : [])
  + (isFuzzing ? [.unsafeFlags(["-O", "-sanitize=fuzzer"])] : [])
  + (isBenchmarking ? [.unsafeFlags(["-enable-testing"])] : [])

/// A program. To be fuzzed or measured from within it is a library without its entry point, because libFuzzer and
/// benchmarks bring their own.
func program(_ name: String, dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  isFuzzing || isBenchmarking
    ? .target(
      name: name, dependencies: dependencies, exclude: ["Main.swift"], resources: resources,
      swiftSettings: settings)
    : .executableTarget(
      name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let products: [Product] =
  if isFuzzing {
    [.executable(name: "fuzz", targets: ["Fuzz"])]
  } else if isBenchmarking {
    [.executable(name: "queue-drain", targets: ["QueueDrain"])]
  } else {
    [
      .executable(name: "sluice-api", targets: ["API"]),
      .executable(name: "sluice-worker", targets: ["Worker"]),
      .executable(name: "sluice-simulator", targets: ["Simulator"]),
      .executable(name: "sluice", targets: ["CLI"]),
      .executable(name: "queue-growth", targets: ["QueueGrowth"]),
    ]
  }

let package = Package(
  name: "sluice",
  platforms: [.macOS(.v15)],
  products: products,
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"]), .brew(["hiredis"])]),
    .target(
      name: "Shared",
      dependencies: [
        "CHiredis",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "OrderedCollections", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        "Yams",
      ],
      resources: [.embedInCode("Queue/Functions"), .embedInCode("Providers/Prices/prices.json")],
      swiftSettings: settings,
      // It stands before glibc's malloc in every program: a request allocates over a hundred times in the API, a twentieth of its work.
      linkerSettings: [.linkedLibrary("mimalloc", .when(platforms: [.linux]))]
    ),
    program(
      "API",
      dependencies: [
        "Shared",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      resources: [.embedInCode("Documentation/docs.html")]
    ),
    program(
      "Worker",
      dependencies: [
        "Shared",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ]
    ),
    program(
      "Simulator",
      dependencies: [
        "Shared",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
      ]
    ),
    program(
      "CLI",
      dependencies: [
        "Shared",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]
    ),
    .executableTarget(
      name: "QueueGrowth", dependencies: ["Shared"], path: "Benchmarks/QueueGrowth", swiftSettings: settings),
    .target(
      name: "TestSupport",
      dependencies: [
        "Shared",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      path: "Tests/TestSupport",
      swiftSettings: settings
    ),
    .testTarget(name: "SharedTests", dependencies: ["Shared", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "APITests",
      dependencies: [
        "API", "TestSupport", .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
      ],
      swiftSettings: settings),
    .testTarget(name: "WorkerTests", dependencies: ["Worker", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "CLITests", dependencies: ["CLI", "Shared", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "SystemTests", dependencies: ["Shared", "TestSupport"], exclude: ["Faithful/Fixtures"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)

if isFuzzing {
  package.targets.append(
    .executableTarget(
      name: "Fuzz", dependencies: ["Shared", "API", "Worker"], path: "Tests/Fuzz", exclude: ["Seeds"],
      swiftSettings: settings,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]))
}

if isBenchmarking {
  // Without its own counter of allocations, which puts a header before each of them.
  package.dependencies.append(
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []))
  package.targets += [
    .executableTarget(
      name: "QueueDrain",
      dependencies: [
        "Shared", "Worker",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      path: "Benchmarks/QueueDrain", swiftSettings: settings),
    .target(name: "AllocationCount", path: "Benchmarks/AllocationCount"),
    .executableTarget(
      name: "Microbenchmarks",
      dependencies: [
        "AllocationCount", "Shared", "API", "Worker", .product(name: "Benchmark", package: "benchmark"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      path: "Benchmarks/Microbenchmarks", swiftSettings: settings,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ]
}
