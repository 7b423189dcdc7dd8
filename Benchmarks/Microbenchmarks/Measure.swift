import AllocationCount
import Benchmark

extension BenchmarkMetric {
  /// Calls of `malloc` and its like on the measuring thread.
  static let allocations = BenchmarkMetric.custom("Allocations", polarity: .prefersSmaller)
}

/// Measures one call of `body`, which is made often in a row.
///
/// - Parameters:
///   - name: becomes part of a file's name, so it has no slashes, dots or underscores.
///   - calls: so many in a row are one measurement, enough to outweigh the cost of measuring.
func measure<Value>(
  _ name: String, calls: BenchmarkScalingFactor = .kilo, _ body: @escaping () throws -> Value
) {
  var configuration = Benchmark.defaultConfiguration
  configuration.scalingFactor = calls
  Benchmark(name, configuration: configuration) { benchmark in
    let before = allocation_count()
    for _ in benchmark.scaledIterations { blackHole(try body()) }
    benchmark.measurement(.allocations, Int(allocation_count() - before))
  }
}
