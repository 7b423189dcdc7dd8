import Foundation
import Shared
import Synchronization

/// The table that `make chaos` prints: a row for each fault.
public enum FaultReport {
  /// Rows go to the file that CHAOS_REPORT names; without one, to nowhere.
  private static let path = ProcessInfo.processInfo.environment["CHAOS_REPORT"]

  public static func add(_ fault: String, rounds: Int, _ findings: FaultFindings, note: String = "") {
    let refusals = findings.refusals.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
    let told = [
      "told lost": findings.toldLost, "admitted again": findings.readmitted,
    ].filter { $0.value > 0 }.map { "\($0.value) \($0.key)" }.sorted()
    write([
      fault, "\(rounds)", "\(findings.accepted)", "\(findings.ended)", "\(findings.lost.count)",
      "\(findings.doubles.count)", "\(findings.counts["stale"] ?? 0)",
      "\(findings.longestStall.wholeMilliseconds)",
      (refusals + told + (note.isEmpty ? [] : [note])).joined(separator: ", "),
    ])
  }

  /// A row of a fault that keeps no history of its own.
  public static func add(_ fault: String, rounds: Int, jobs: Int, note: String) {
    write([fault, "\(rounds)", "\(jobs)", "\(jobs)", "0", "0", "", "", note])
  }

  private static func write(_ cells: [String]) {
    guard let path, let file = FileHandle(forWritingAtPath: path) else { return }
    // A row that cannot be written is missing from the table; the checks do not depend on it.
    _ = try? file.seekToEnd()
    try? file.write(contentsOf: Data("| \(cells.joined(separator: " | ")) |\n".utf8))
    try? file.close()
  }
}
