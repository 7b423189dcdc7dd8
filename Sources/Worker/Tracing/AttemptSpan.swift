import AsyncHTTPClient
import Shared
import Synchronization
import Tracing

/// The span of one attempt at a target, which is that of its HTTP request, too
/// (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/).
final class AttemptSpan: Sendable {
  private let span: RecordedSpan
  private let request: JobRequest
  private let recordsContent: Bool
  private let hasBegun = Atomic(false)
  private let price: @Sendable (TokenUsage) -> NanoDollars

  private init(
    _ span: RecordedSpan, of request: JobRequest, to target: Target, recordsContent: Bool,
    in catalog: ProviderCatalog
  ) {
    self.span = span
    self.request = request
    self.recordsContent = recordsContent
    price = { catalog.prices.cost(of: $0, at: target) }
  }

  /// Nil where no trace is recorded, as nearly always: then nothing is made. `resends` is how often the same target was asked
  /// before.
  static func begin(
    _ request: JobRequest, to target: Target, by http: HTTPClient.Request, streams: Bool, resends: Int,
    in catalog: ProviderCatalog
  ) -> AttemptSpan? {
    guard let tracing = JobTracing.current, let tracer = tracing.tracer else { return nil }
    var attributes = SpanAttributes()
    if case .chat(let conversation) = request { attributes = Self.parameters(of: conversation.parameters) }
    attributes["gen_ai.operation.name"] = request.operation
    attributes["gen_ai.provider.name"] =
      catalog.provider(named: target.provider)?.genAIName ?? target.provider
    attributes["gen_ai.request.model"] = target.model
    attributes["http.request.method"] = http.method.rawValue
    attributes["server.address"] = http.host
    attributes["server.port"] = http.port
    attributes["sluice.provider"] = target.provider
    if streams { attributes["sluice.stream"] = true }
    if resends > 0 { attributes["http.request.resend_count"] = resends }
    if tracer.recordsContent { attributes.merge(GenAIContent.attributes(of: request, asked: target.model)) }
    let span = tracing.beginAttempt("\(request.operation) \(target.model)", attributes: attributes)
    return span.map {
      AttemptSpan($0, of: request, to: target, recordsContent: tracer.recordsContent, in: catalog)
    }
  }

  private static func parameters(of parameters: Parameters) -> SpanAttributes {
    var attributes: SpanAttributes = ["gen_ai.output.type": "text"]
    attributes["gen_ai.request.max_tokens"] = parameters.maxTokens
    attributes["gen_ai.request.temperature"] = parameters.temperature
    attributes["gen_ai.request.top_p"] = parameters.topP
    attributes["gen_ai.request.seed"] = parameters.seed
    if !parameters.stop.isEmpty { attributes["gen_ai.request.stop_sequences"] = parameters.stop }
    if parameters.responseFormat != nil { attributes["gen_ai.output.type"] = "json" }
    return attributes
  }

  /// The trace, at this span.
  var trace: TraceContext { span.trace }

  /// A piece of the answer has come; the first one counts.
  func pieceCame() {
    if !hasBegun.exchange(true, ordering: .relaxed) { span.addEvent("gen_ai.first_token") }
  }

  // MARK: - Ends

  /// The call was given up: another target was faster, or nobody wants the answer any more.
  func aborted() {
    let outcome = TargetMetrics.Outcome.aborted.rawValue
    span.update { $0["sluice.outcome"] = outcome }
    span.end()
  }

  func failed(_ fault: ProviderFault) {
    let (status, outcome) = (fault.status, TargetMetrics.Outcome(fault).rawValue)
    span.update { attributes in
      attributes["sluice.outcome"] = outcome
      attributes["http.response.status_code"] = status
    }
    // The reason is ours; what the provider said may hold a part of the prompt.
    span.fail(status.map { "\($0)" } ?? outcome, fault.reason)
    span.end()
  }

  func answered(_ answer: ProviderAnswer, _ outcome: TargetMetrics.Outcome) {
    let usage = answer.answer.usage
    span.update { attributes in
      attributes["sluice.outcome"] = outcome.rawValue
      attributes["http.response.status_code"] = 200
      let reasons = answer.answer.choices.compactMap(\.finishReason?.rawValue)
      if !reasons.isEmpty { attributes["gen_ai.response.finish_reasons"] = reasons }
      guard !usage.isZero else { return }
      attributes["gen_ai.usage.input_tokens"] = usage.promptTokens
      attributes["gen_ai.usage.output_tokens"] = usage.completionTokens
      if usage.cachedTokens > 0 { attributes["gen_ai.usage.cache_read.input_tokens"] = usage.cachedTokens }
      let written = usage.cacheWriteTokens + usage.cacheWrite1hTokens
      if written > 0 { attributes["gen_ai.usage.cache_creation.input_tokens"] = written }
      if usage.reasoningTokens > 0 {
        attributes["gen_ai.usage.reasoning.output_tokens"] = usage.reasoningTokens
      }
      // No convention has it; Langfuse reads it under this name.
      attributes["gen_ai.usage.cost"] = Double(price(usage).rawValue) / 1e9
    }
    if recordsContent { span.update { $0.merge(GenAIContent.attributes(of: answer, to: request)) } }
    span.end()
  }
}

extension ProviderFault {
  /// The status of the response, which stands at the end of our own reason; nil where there was none.
  fileprivate var status: Int? {
    guard reason.hasSuffix(")"), let open = reason.lastIndex(of: "(") else { return nil }
    return Int(reason[reason.index(after: open)...].dropLast()).flatMap {
      (100...599).contains($0) ? $0 : nil
    }
  }
}
