import Shared
import Synchronization

/// What this worker knows of the targets' latencies, which all workers share through Redis.
///
/// Without Redis each worker goes by what it measures itself.
final class LatencyBoard: Sendable {
  private struct State {
    var known: [Target: Duration] = [:]
    /// What has not been told to the others yet.
    var untold: [Target: LatencySample] = [:]
  }

  /// A target that does not answer is not fast, however soon it says so: this is added to the time that it took.
  /// Otherwise one that never answers would stay unknown, and unknown targets go first.
  static let penalty = Duration.seconds(5)
  /// The newest measurement's share until Redis' own average comes back; the same as there.
  private static let share = 0.2

  private let shared: any LatencySharing
  private let state = Mutex(State())

  init(shared: any LatencySharing) { self.shared = shared }

  // MARK: - For the cascade

  var latencies: [Target: Duration] { state.withLock(\.known) }

  /// Notes how long a target took to answer, or to begin an answer that is streamed.
  func note(_ latency: Duration, of target: Target) {
    state.withLock { state in
      let known = state.known[target] ?? latency
      state.known[target] = known + (latency - known) * Self.share
      Self.add(LatencySample(latency), of: target, to: &state.untold)
    }
  }

  /// Notes how long a target took to fail. Only faults that may pass tell anything of its speed.
  func note(_ fault: ProviderFault, after elapsed: Duration, of target: Target) {
    if fault.kind == .failing { note(elapsed + Self.penalty, of: target) }
  }

  private static func add(
    _ sample: LatencySample, of target: Target, to samples: inout [Target: LatencySample]
  ) {
    if samples[target]?.add(sample) == nil { samples[target] = sample }
  }

  // MARK: - For the refresher

  /// Tells the others what was measured, and takes over what they know. What cannot be told now is told later.
  func exchange() async {
    let samples = state.withLock { state in
      defer { state.untold = [:] }
      return state.untold
    }
    do {
      if !samples.isEmpty { try await shared.note(samples) }
    } catch {
      state.withLock { state in
        for (target, sample) in samples { Self.add(sample, of: target, to: &state.untold) }
      }
      return
    }
    guard let latencies = try? await shared.latencies() else { return }
    state.withLock { state in
      // What was measured meanwhile is known here, if nowhere else.
      let fresh = state.untold.filter { latencies[$0.key] == nil }.mapValues(\.mean)
      state.known = latencies.merging(fresh) { shared, _ in shared }
    }
  }
}
