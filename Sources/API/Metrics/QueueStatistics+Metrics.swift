import Shared

extension QueueStatistics {
  /// As `/metrics` shows it.
  func write(to text: inout MetricsText) {
    text.add(Metrics.jobs, [("queued", queued), ("running", running), ("scheduled", scheduled)])
    text.add(Metrics.openBytes, openBytes)
    text.add(Metrics.deadLettersHeld, dead)
    text.add(Metrics.workersAlive, workers)
    let ends = JobState.allCases.filter(\.isTerminal).map(\.rawValue)
    text.add(Metrics.jobsEnded, counted("ended:", known: ends))
    text.add(Metrics.deadLetters, counted("dead:", known: JobFailure.Code.deadLetters))
    text.add(Metrics.deliveries, counted("delivery:", known: ["succeeded", "failed"]))
    text.add(Metrics.notices, counted("notice:", known: Notice.Kind.allCases.map(\.rawValue)))
    text.add(Metrics.jobsPutOff, counts["put_off"] ?? 0)
    text.add(Metrics.jobsCoalesced, counts["coalesced"] ?? 0)
    text.add(Metrics.staleOutcomes, counts["stale"] ?? 0)
    text.add(Metrics.leasesReclaimed, counts["reclaimed"] ?? 0)
    text.add(Metrics.workerCrashes, counts["crashes"] ?? 0)
    text.add(Metrics.jobsQuarantined, counts["quarantined"] ?? 0)
    text.add(Metrics.janitorRepairs, counted("repaired:"))
    text.add(Metrics.orphans, counted("orphan:"))
    text.add(Metrics.untold, untold)
    memory.write(to: &text, dropped: counts)
  }

  /// The counts whose names begin so, by the rest of their names, those that are known from 0 on.
  private func counted(_ prefix: String, known: [String] = []) -> [(value: String, number: Int)] {
    var values = Dictionary(uniqueKeysWithValues: known.map { ($0, 0) })
    for (key, value) in counts where key.hasPrefix(prefix) {
      values[String(key.dropFirst(prefix.count))] = value
    }
    return values.map { (value: $0.key, number: $0.value) }
  }
}

extension JobFailure.Code {
  /// Those that make a dead letter.
  fileprivate static var deadLetters: [String] {
    allCases.filter { JobFailure(code: $0, message: "").isDeadLetter }.map(\.rawValue)
  }
}
