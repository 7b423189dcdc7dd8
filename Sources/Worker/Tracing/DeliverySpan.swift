import AsyncHTTPClient
import Shared
import Tracing

/// The span of one attempt to deliver a job's end to its client's URL.
struct DeliverySpan: Sendable {
  private let span: RecordedSpan

  /// Nil where no trace is recorded.
  init?(of delivery: ClaimedJob, _ call: CallbackDelivery, _ tracer: SpanTracer?) {
    guard let tracer, let trace = delivery.trace?.context else { return nil }
    // Of the URL the host alone: the rest may be a secret.
    let request = try? HTTPClient.Request(url: call.url)
    var attributes: SpanAttributes = [
      "http.request.method": "POST", "sluice.job.id": .string(call.job.id.rawValue),
      "sluice.webhook.id": .string(call.eventID),
    ]
    attributes["server.address"] = request?.host
    attributes["server.port"] = request?.port
    if delivery.attempts > 1 { attributes["http.request.resend_count"] = delivery.attempts - 1 }
    guard let span = tracer.begin("POST webhook", .client, in: trace, attributes: attributes) else {
      return nil
    }
    self.span = span
  }

  /// The trace, at this span.
  var trace: TraceContext { span.trace }

  func end(_ outcome: CallbackOutcome) {
    switch outcome {
    // Which of all that mean success, nobody keeps.
    case .delivered: span.update { $0["sluice.outcome"] = "delivered" }
    case .gone:
      span.update { $0["http.response.status_code"] = 410 }
      span.fail("410")
    case .failed(let reason, _, let status):
      span.update { $0["http.response.status_code"] = status }
      span.fail(status.map { "\($0)" } ?? "undelivered", reason)
    }
    span.end()
  }
}
