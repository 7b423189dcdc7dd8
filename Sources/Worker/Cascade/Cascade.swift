import Shared

/// Asks one target after the other until one answers.
struct Cascade: Sendable {
  let catalog: ProviderCatalog
  let client: ProviderClient
  let board: CircuitBoard

  /// Throws only `CancellationError`, when the task was cancelled: the call under way is then aborted.
  func answer(_ request: JobRequest) async throws -> CascadeOutcome {
    let targets: [Target]
    do { targets = try catalog.targets(for: request.model) } catch {
      return .failed(JobFailure(code: .unreadable, message: "This job cannot be routed: \(error)."))
    }
    let start = ContinuousClock.now
    var tally = CascadeTally()
    for target in targets {
      if case .refused(let cause, let reason, let remaining) = await board.permission(for: target) {
        tally.addSkipped(target, cause: cause, reason: reason, remaining: remaining)
        continue
      }
      if let answer = try await attempt(target, request, &tally) {
        let result = result(answer, of: target, tally, latency: start.duration(to: .now))
        return .answered(result, isCacheable: true)
      }
    }
    return tally.outcome(latency: start.duration(to: .now))
  }

  private func attempt(
    _ target: Target, _ request: JobRequest, _ tally: inout CascadeTally
  ) async throws -> ProviderAnswer? {
    guard let provider = catalog.provider(named: target.provider) else { return nil }
    let start = ContinuousClock.now
    do {
      let answer = try await client.ask(target, of: provider, request)
      await board.succeeded(target)
      tally.addSuccess(of: target, latency: start.duration(to: .now))
      return answer
    } catch let fault as ProviderFault {
      tally.add(fault, of: target, latency: start.duration(to: .now))
      await board.failed(target, fault)
      return nil
    }
  }

  private func result(
    _ answer: ProviderAnswer, of target: Target, _ tally: CascadeTally, latency: Duration
  ) -> JobResult {
    JobResult(
      response: answer.text, provider: target.provider, model: target.model,
      finishReason: answer.finishReason, usage: answer.usage,
      cost: catalog.prices[target]?.cost(of: answer.usage) ?? .zero, latency: latency,
      cascadePath: tally.path)
  }
}
