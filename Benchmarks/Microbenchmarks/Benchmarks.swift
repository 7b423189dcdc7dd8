import Benchmark

/// What is hot in a job's life, each part by itself. The generated entry point looks for this name.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = Benchmark.Configuration(
    metrics: [.wallClock, .throughput, .instructions, .allocations], timeUnits: .nanoseconds,
    warmupIterations: 3, maxDuration: .seconds(1))
  measureRedis()
  measureJSON()
  measureRequests()
  measureAnswers()
  measureStreams()
}
