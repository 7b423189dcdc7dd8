import Shared

/// Asks a request's targets in turn until one answers.
struct Cascade: Sendable {
  private let catalog: ProviderCatalog
  private let client: ProviderClient
  private let board: CircuitBoard
  /// Of the targets that `default` stands for; those that clients name are made when they are asked.
  private let endpoints: [Target: ProviderEndpoint]
  private let clock = ContinuousClock()

  init(catalog: ProviderCatalog, client: ProviderClient, board: CircuitBoard) {
    self.catalog = catalog
    self.client = client
    self.board = board
    var endpoints: [Target: ProviderEndpoint] = [:]
    for provider in catalog.providers where provider.apiKey != nil {
      endpoints[provider.defaultTarget] = try? ProviderEndpoint(provider, model: provider.defaultModel)
    }
    self.endpoints = endpoints
  }

  /// Walks the targets. Throws `CancellationError` when the task is cancelled; a call under way is aborted and
  /// nothing is held against its target.
  func answer(_ request: JobRequest) async throws(CancellationError) -> CascadeOutcome {
    let targets: [Target]
    do { targets = try catalog.targets(for: request.model) } catch {
      return .failed(JobFailure(code: .unreadable, message: "This worker cannot route the job: \(error)."))
    }
    let start = clock.now
    var path: [CascadeStep] = []
    var decision = CascadeDecision()
    for target in targets {
      if Task.isCancelled { throw CancellationError() }
      let attemptStart = clock.now
      switch await board.permission(for: target) {
      case .refused(let refusal):
        decision.add(.skipped(refusal, of: target))
        path.append(CascadeStep(target, .skipped, refusal.reason, .zero))
      case .granted(let isProbe):
        let result = try await attempt(request, target, isProbe: isProbe)
        let now = clock.now
        switch result {
        case .success(let answer):
          board.record(nil, of: target, isProbe: isProbe)
          path.append(CascadeStep(target, .success, nil, now - attemptStart))
          return .answered(jobResult(of: answer, target, now - start, path), isCacheable: true)
        case .failure(let fault):
          let wait = board.record(fault, of: target, isProbe: isProbe)
          decision.add(.fault(fault, of: target, wait: wait))
          path.append(CascadeStep(target, .failed, fault.reason, now - attemptStart))
        }
      }
    }
    return outcome(of: decision.verdict, clock.now - start, path)
  }

  private func attempt(
    _ request: JobRequest, _ target: Target, isProbe: Bool
  ) async throws(CancellationError) -> Result<ProviderAnswer, ProviderFault> {
    do {
      let endpoint = try endpoint(of: target)
      switch try await client.send(endpoint.httpRequest(for: request)) {
      case .success(let response): return .success(try endpoint.answer(from: response))
      case .failure(let fault): return .failure(fault)
      }
    } catch let fault as ProviderFault {
      return .failure(fault)
    } catch {
      board.abandon(target, isProbe: isProbe)
      throw CancellationError()
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
    JobResult(
      response: answer.text, provider: target.provider, model: target.model,
      finishReason: answer.finishReason, usage: answer.usage,
      cost: catalog.prices[target]?.cost(of: answer.usage) ?? .zero, latency: latency, cascadePath: path)
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
    case .failed(let message):
      return .failed(JobFailure(code: .allProvidersFailed, message: message, cascadePath: path))
    case .passing(let message, let retryAfter, let askedAny):
      return .passing(message: message, retryAfter: retryAfter, path: path, askedAny: askedAny)
    }
  }
}

extension CascadeStep {
  fileprivate init(_ target: Target, _ status: Status, _ reason: String?, _ latency: Duration) {
    self.init(
      provider: target.provider, model: target.model, status: status, reason: reason, latency: latency)
  }
}
