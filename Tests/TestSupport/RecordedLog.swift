import Logging
import Synchronization

/// Keeps what is logged instead of writing it.
public final class RecordedLog: Sendable {
  public struct Line: Sendable {
    public let message: String
    public let metadata: [String: String]
  }

  private struct Handler: LogHandler {
    let log: RecordedLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
      let line = Line(message: "\(event.message)", metadata: all.mapValues { "\($0)" })
      log.kept.withLock { $0.append(line) }
    }
  }

  private let kept = Mutex<[Line]>([])

  public init() {}

  public var lines: [Line] { kept.withLock { $0 } }

  public var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }
}
