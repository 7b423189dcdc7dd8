import Synchronization

/// One series of a histogram.
public final class Histogram: Sendable {
  private struct State {
    var counts: [Int]
    var sum = 0.0
    /// By bucket; empty until there is one.
    var exemplars: [Exemplar?] = []
  }

  /// An exemplar that is so old (ms) gives way to any; else to one in another bucket only by chance.
  private static let exemplarAge: Int64 = 10_000

  private let bounds: [Double]
  private let state: Mutex<State>

  /// `bounds` are the upper bounds of the buckets, rising, but for infinity.
  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  /// Counts a value, as part of a trace (32 hexadecimal digits) where there is one. NaN is passed over.
  public func observe(_ value: Double, trace: String? = nil) {
    guard !value.isNaN else { return }
    let bucket = bucket(of: value)
    state.withLock { state in
      state.counts[bucket] += 1
      state.sum += value
    }
    if let trace { keep(Exemplar(trace: trace, value: value, time: Timestamp.now), in: bucket) }
  }

  /// The same in seconds.
  public func observe(_ duration: Duration, trace: String? = nil) { observe(duration.seconds, trace: trace) }

  private func keep(_ exemplar: Exemplar, in bucket: Int) {
    state.withLock { state in
      if state.exemplars.isEmpty { state.exemplars = Array(repeating: nil, count: state.counts.count) }
      if let known = state.exemplars[bucket], exemplar.time - known.time < Self.exemplarAge { return }
      state.exemplars[bucket] = exemplar
    }
  }

  /// The first bucket whose bound is not below a value.
  private func bucket(of value: Double) -> Int {
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  var counts: HistogramCounts {
    state.withLock { state in
      HistogramCounts(
        bounds: bounds, counts: state.counts, sum: state.sum,
        exemplars: state.exemplars.isEmpty
          ? Array(repeating: nil, count: state.counts.count) : state.exemplars)
    }
  }
}

/// What a histogram has counted so far.
struct HistogramCounts: Sendable {
  let bounds: [Double]
  /// By bucket, the last one without a bound. Not added up.
  let counts: [Int]
  let sum: Double
  let exemplars: [Exemplar?]
}

extension Duration {
  /// In seconds.
  public var seconds: Double {
    // Taken apart once: it is a division of 128 bits.
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}
