import FoundationEssentials
import Shared

/// Shows an orchestrator that the worker is alive: a file that is written anew whenever Redis has taken the
/// worker's sign of life. A worker that runs but cannot reach Redis, or claim jobs, stops writing it.
struct SignOfLife: Sendable {
  /// Nil shows nothing.
  let path: String?

  func show() {
    guard let path else { return }
    // Without the file the orchestrator restarts the worker, which is what it must do then.
    try? Data("\(Timestamp.format(unixMilliseconds: Timestamp.now))\n".utf8)
      .write(to: URL(filePath: path), options: .atomic)
  }
}
