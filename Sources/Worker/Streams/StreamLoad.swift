import Synchronization

/// What the streams of a worker write to Redis: how many of them at once, and how long that takes.
final class StreamLoad: Sendable {
  /// One write counts for so little that a single slow one changes no pace.
  private static let smoothing = 16

  private let load = Mutex(DeltaPace.Load(writing: 0, write: .zero))

  var now: DeltaPace.Load { load.withLock { $0 } }

  /// A stream has a piece to write from now on.
  func begin() { load.withLock { $0.writing += 1 } }

  /// It has been written in so much time; nil when it was not.
  func end(after duration: Duration?) {
    load.withLock { load in
      load.writing -= 1
      if let duration { load.write += (duration - load.write) / Self.smoothing }
    }
  }
}
