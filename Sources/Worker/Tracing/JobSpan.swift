import Shared
import Tracing

/// The span of a job: from its admission to its end, whoever ends it. Its name was drawn at its admission.
enum JobSpan {
  static func record(
    _ trace: JobTrace, _ id: JobID, _ state: JobState, failure: String?, attempts: Int, end: UInt64
  ) -> SpanRecord {
    var attributes = messaging(trace, id, "process", "process")
    attributes["sluice.job.state"] = state.rawValue
    attributes["sluice.job.claims"] = attempts
    var span = SpanRecord(
      context: trace.context, parent: trace.parent, isParentRemote: true, name: "process \(trace.lane)",
      kind: .consumer, start: trace.start, end: end, attributes: attributes)
    if state == .failed || state == .expired {
      span.attributes["error.type"] = failure ?? state.rawValue
      span.status = SpanStatus(code: .error, message: failure ?? state.rawValue)
    }
    return span
  }

  /// That of a job of whose end no worker knew.
  static func record(_ end: TracedEnd) -> SpanRecord {
    var span = record(
      end.trace, end.id, end.state, failure: end.code, attempts: end.attempts,
      end: UInt64(max(end.ended, 0)) * 1_000_000)
    span.attributes["sluice.model"] = end.model
    if let leader = end.leader {
      span.attributes["sluice.admission"] = "coalesced"
      span.links = [SpanRecord.Link(leader, attributes: ["sluice.link": "leader"])]
    }
    return span
  }

  /// https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
  static func messaging(_ trace: JobTrace, _ id: JobID, _ name: String, _ type: String) -> SpanAttributes {
    [
      "messaging.system": "sluice", "messaging.operation.type": .string(type),
      "messaging.operation.name": .string(name), "messaging.destination.name": .string(trace.lane),
      "messaging.message.id": .string(id.rawValue),
    ]
  }
}
