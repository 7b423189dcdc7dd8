import NIOCore

/// Something that happened to a job, as those who watch it are told.
public struct JobEvent: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case status(Status)
    case delta(JobDelta)
    /// The answer came in one piece: it is the job's result.
    case whole
    /// The answer was broken off and begins anew: the deltas before this one do not count.
    case restart
    /// ``JobFailure/encoded()``.
    case error(ByteBuffer)
    /// The job has ended; nothing follows.
    case done
  }

  /// How far a job had come.
  public struct Status: Sendable, Hashable {
    public let state: JobState
    public let attempts: Int
    /// Unix milliseconds by Redis' clock.
    public let started: Int64?
  }

  /// Counts up from 1, without a gap.
  public let number: Int
  public let kind: Kind
  /// A rough size in bytes.
  public let size: Int

  /// Reads an event as events.lua keeps it; nil for anything else.
  init?(number: Int, kind: String, payload: ByteBuffer) {
    self.number = number
    size = payload.readableBytes
    switch kind {
    case "status":
      let words = String(buffer: payload).split(separator: " ")
      guard words.count == 3, let state = JobState(rawValue: String(words[0])), let attempts = Int(words[1])
      else { return nil }
      self.kind = .status(Status(state: state, attempts: attempts, started: Int64(words[2])))
    case "delta":
      guard let delta = JobDelta(stored: payload) else { return nil }
      self.kind = .delta(delta)
    case "whole": self.kind = .whole
    case "restart": self.kind = .restart
    case "error": self.kind = .error(payload)
    case "done": self.kind = .done
    default: return nil
    }
  }
}
