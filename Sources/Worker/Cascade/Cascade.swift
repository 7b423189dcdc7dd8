import AsyncHTTPClient
import Shared

/// Asks a request's targets in turn until one answers.
struct Cascade: Sendable {
  private let catalog: ProviderCatalog
  private let client: ProviderClient
  private let board: CircuitBoard
  private let quotas: QuotaBoard
  private let latencies: LatencyBoard
  /// Of the targets that routes stand for; those that clients name are made when they are asked.
  private let endpoints: [Target: ProviderEndpoint]
  private let clock = ContinuousClock()

  init(
    catalog: ProviderCatalog, client: ProviderClient, board: CircuitBoard, quotas: QuotaBoard,
    latencies: LatencyBoard
  ) {
    self.catalog = catalog
    self.client = client
    self.board = board
    self.quotas = quotas
    self.latencies = latencies
    var endpoints: [Target: ProviderEndpoint] = [:]
    for target in catalog.routes.flatMap(\.targets).map(\.target) {
      guard let provider = catalog.provider(named: target.provider), provider.isOn else { continue }
      endpoints[target] = try? ProviderEndpoint(provider, model: target.model)
    }
    self.endpoints = endpoints
  }

  /// Walks the targets. With `deltas`, the answer is told there while it comes; once a piece of it has been, no
  /// other target is asked.
  ///
  /// Throws `CancellationError` when the task is cancelled; a call under way is aborted and nothing is held
  /// against its target.
  func answer(
    _ request: JobRequest, deltas: (any DeltaSink)? = nil
  ) async throws(CancellationError) -> CascadeOutcome {
    let route: ProviderRoute
    do { route = try catalog.route(for: request.model) } catch { return .unroutable(error) }
    let start = clock.now
    var path: [CascadeStep] = []
    var decision = CascadeDecision()
    for target in order(of: route, for: request) {
      if Task.isCancelled { throw CancellationError() }
      let attemptStart = clock.now
      let call = call(request, to: target, streams: deltas != nil)
      if case .failure(let fault) = call, fault.kind == .requestRefused {
        // Its API cannot express the request. Nobody was asked, so nothing is learned of its circuit or quota.
        decision.add(.unasked(fault, of: target))
        path.append(CascadeStep(target, .skipped, fault.reason, .zero))
        continue
      }
      switch await permission(for: target, request) {
      case .refused(let refusal):
        decision.add(.skipped(refusal, of: target))
        path.append(CascadeStep(target, .skipped, refusal.reason, .zero))
      case .granted(let isProbe, let reservation):
        let result = try await attempt(call, request, target, reservation, isProbe: isProbe, deltas)
        let now = clock.now
        if route.strategy == .fastest { note(result, of: target, after: now - attemptStart) }
        switch result {
        case .success(let answer):
          board.record(nil, of: target, isProbe: isProbe)
          path.append(CascadeStep(target, .success, nil, now - attemptStart))
          let isCacheable = answer.finishReason != .contentFilter
          return .answered(jobResult(of: answer, target, now - start, path), isCacheable: isCacheable)
        case .failure(let fault):
          let wait = board.record(fault, of: target, isProbe: isProbe)
          decision.add(.fault(fault, of: target, wait: wait))
          path.append(CascadeStep(target, .failed, fault.reason, now - attemptStart))
          if deltas?.hasBegun == true { return .interrupted("\(target): \(fault.reason)", path: path) }
        }
      }
    }
    return outcome(of: decision.verdict, clock.now - start, path)
  }

  // MARK: - Order

  private func order(of route: ProviderRoute, for request: JobRequest) -> [Target] {
    // Most routes: nothing has to be known or counted.
    guard route.strategy != .ordered else { return route.targets.map(\.target) }
    var generator = SystemRandomNumberGenerator()
    let order = TargetOrder(
      route: route, usage: request.estimatedUsage,
      latencies: route.strategy == .fastest ? latencies.latencies : [:], prices: catalog.prices)
    return order.targets(using: &generator)
  }

  private func note(
    _ result: Result<ProviderAnswer, ProviderFault>, of target: Target, after elapsed: Duration
  ) {
    switch result {
    case .success: latencies.note(elapsed, of: target)
    case .failure(let fault): latencies.note(fault, after: elapsed, of: target)
    }
  }

  // MARK: - Attempts

  /// A request as one target gets it.
  private struct Call {
    let endpoint: ProviderEndpoint
    let http: HTTPClient.Request
  }

  private enum Permission {
    case granted(isProbe: Bool, QuotaReservation?)
    case refused(CircuitRefusal)
  }

  /// Whether the target may be asked: its circuit lets it, and its quota.
  private func permission(for target: Target, _ request: JobRequest) async -> Permission {
    switch await board.permission(for: target) {
    case .refused(let refusal): return .refused(refusal)
    case .granted(let isProbe):
      switch await quotas.reserve(target, tokens: request.estimatedTokens) {
      case .granted(let reservation): return .granted(isProbe: isProbe, reservation)
      case .refused(let refusal):
        board.abandon(target, isProbe: isProbe)
        return .refused(refusal)
      }
    }
  }

  private func attempt(
    _ prepared: Result<Call, ProviderFault>, _ request: JobRequest, _ target: Target,
    _ reservation: QuotaReservation?, isProbe: Bool, _ deltas: (any DeltaSink)?
  ) async throws(CancellationError) -> Result<ProviderAnswer, ProviderFault> {
    var stated: [StatedQuota] = []
    let result: Result<ProviderAnswer, ProviderFault>
    do {
      let call = try prepared.get()
      if let deltas, case .chat = request {
        deltas.begin(target)
        let answer = StreamedAnswer(wire: call.endpoint.wire, hiding: call.endpoint.key)
        let stream = try await client.stream(call.http, into: answer, onDelta: deltas.add)
        stated = StatedQuota.stated(in: stream.headers)
        result = stream.result
      } else {
        let response = try await client.send(call.http).get()
        stated = StatedQuota.stated(in: response.headers)
        result = .success(try call.endpoint.answer(to: request, from: response))
      }
    } catch let fault as ProviderFault {
      result = .failure(fault)
    } catch {
      board.abandon(target, isProbe: isProbe)
      throw CancellationError()
    }
    quotas.record(stated, of: target, reservation, usedTokens: result.usedTokens)
    return result
  }

  private func call(
    _ request: JobRequest, to target: Target, streams: Bool
  ) -> Result<Call, ProviderFault> {
    do throws(ProviderFault) {
      let endpoint = try endpoint(of: target)
      return .success(
        Call(endpoint: endpoint, http: try endpoint.httpRequest(for: request, streams: streams)))
    } catch {
      return .failure(error)
    }
  }

  private func endpoint(of target: Target) throws(ProviderFault) -> ProviderEndpoint {
    if let endpoint = endpoints[target] { return endpoint }
    guard let provider = catalog.provider(named: target.provider) else {
      throw .failing("the provider is not configured")
    }
    return try ProviderEndpoint(provider, model: target.model)
  }

  // MARK: - Outcomes

  private func jobResult(
    of answer: ProviderAnswer, _ target: Target, _ latency: Duration, _ path: [CascadeStep]
  ) -> JobResult {
    var result = JobResult(
      response: answer.text, provider: target.provider, model: target.model,
      finishReason: answer.finishReason, usage: answer.usage,
      cost: catalog.prices[target]?.cost(of: answer.usage) ?? .zero, latency: latency, cascadePath: path)
    result.message = answer.message
    result.logprobs = answer.logprobs
    result.embeddings = answer.embeddings
    return result
  }

  private func outcome(
    of verdict: CascadeDecision.Verdict, _ latency: Duration, _ path: [CascadeStep]
  ) -> CascadeOutcome {
    switch verdict {
    case .filtered(let target):
      let result = JobResult(
        response: "", provider: target.provider, model: target.model, finishReason: .contentFilter,
        error: "The content filter of every provider that could answer refused this request; rephrase it.",
        usage: .zero, cost: .zero, latency: latency, cascadePath: path)
      return .answered(result, isCacheable: false)
    case .refused(let message):
      return .failed(JobFailure(code: .requestRefused, message: message, cascadePath: path))
    case .failed(let message):
      return .failed(JobFailure(code: .allProvidersFailed, message: message, cascadePath: path))
    case .passing(let message, let retryAfter, let askedAny):
      return .passing(message: message, retryAfter: retryAfter, path: path, askedAny: askedAny)
    }
  }
}

extension Result<ProviderAnswer, ProviderFault> {
  /// The tokens that the provider counts for this attempt; nil when that is not known.
  fileprivate var usedTokens: Int? {
    switch self {
    case .success(let answer): return answer.usage == .zero ? nil : answer.usage.totalTokens
    case .failure(let fault):
      switch fault.kind {
      case .requestRefused, .keyRefused, .limited: return 0
      case .failing, .contentFiltered: return nil
      }
    }
  }
}

extension CascadeStep {
  fileprivate init(_ target: Target, _ status: Status, _ reason: String?, _ latency: Duration) {
    self.init(
      provider: target.provider, model: target.model, status: status, reason: reason, latency: latency)
  }
}
