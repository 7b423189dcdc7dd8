import AsyncHTTPClient
import Shared

/// Asks targets, one at a time: with the leave of their circuit and quota, and telling both how it went.
struct TargetCaller: Sendable {
  let catalog: ProviderCatalog
  private let client: ProviderClient
  private let timeouts: ProviderTimeouts
  private let board: CircuitBoard
  private let quotas: QuotaBoard
  private let latencies: LatencyBoard
  private let words: UnknownWords
  private let tally: KeyTally
  private let notes: AttemptNotes
  /// Whether any provider has several keys.
  let hasKeys: Bool
  /// Of the targets that routes stand for; those that clients name are made when they are asked.
  private let endpoints: [Target: ProviderEndpoint]
  /// All providers' keys: what one says may come through another, or through what stands before both.
  private let secrets: [Secret]

  /// - Parameter timeouts: of the providers that have none of their own.
  init(
    catalog: ProviderCatalog, client: ProviderClient, timeouts: ProviderTimeouts, board: CircuitBoard,
    quotas: QuotaBoard, latencies: LatencyBoard, words: UnknownWords, tally: KeyTally,
    notes: AttemptNotes
  ) {
    self.catalog = catalog
    self.client = client
    self.timeouts = timeouts
    self.board = board
    self.quotas = quotas
    self.latencies = latencies
    self.words = words
    self.tally = tally
    self.notes = notes
    hasKeys = catalog.providers.contains { !$0.keys.isEmpty }
    secrets = catalog.providers.flatMap { provider in
      [provider.access.key].compactMap(\.self) + provider.keys.dropFirst().map(\.secret)
        + KeyBlots.secrets(in: provider.headers)
    }
    var endpoints: [Target: ProviderEndpoint] = [:]
    for target in catalog.routes.flatMap(\.targets).map(\.target) {
      guard let provider = catalog.provider(named: target.provider), provider.isOn else { continue }
      endpoints[target] = try? ProviderEndpoint(provider, model: target.model, timeouts: timeouts)
    }
    self.endpoints = endpoints
  }

  /// Asks `target`, and again as often as the route retries where the fault says that this may help.
  ///
  /// With `deltas`, the answer is told there while it comes. A cancelled task aborts the call, and nothing is held
  /// against the target.
  /// - Parameters:
  ///   - isLast: whether no target remains that could be asked after this one.
  ///   - bytes: where it is counted what is held of the answer.
  ///   - key: nil for a provider with but one.
  ///   - hasMoreKeys: whether another one remains that could be asked with after this one.
  ///   - spend: what may be bought; nothing is asked again beyond it.
  func turn(
    of target: Target, in route: ProviderRoute, _ request: JobRequest, deltas: (any DeltaSink)?,
    firstByte: FirstByte?, isLast: Bool, counting bytes: AnswerBytes?, under key: ProviderKey?,
    hasMoreKeys: Bool = false, within spend: SpendBound?
  ) async -> TargetTurn {
    var call: TargetCall
    // A stream is as fast as its first piece.
    let firstByte = firstByte ?? (deltas != nil && route.strategy == .fastest ? FirstByte() : nil)
    let refuses = route.onUnsupported == .refuse
    do {
      call = try self.call(
        request, to: target, under: key, streams: deltas != nil, refuses, firstByte, isLast, bytes)
    } catch {
      // Nobody was asked, so nothing is learned of its circuit or quota.
      guard error.kind == .requestRefused else {
        // Its configuration is wrong, which somebody may put right.
        return TargetTurn(
          target, [CascadeStep(target, .failed, error, .zero)],
          .passed(.fault(error, of: target, wait: nil)))
      }
      return TargetTurn(
        target, [CascadeStep(target, .skipped, error, .zero)], .passed(.unasked(error, of: target)))
    }
    var steps: [CascadeStep] = []
    var unfinished: [TokenUsage] = []
    var ending = await attempt(call, in: route, deltas, &steps, &unfinished)
    // Thoughts that their maker does not know again are worth less than an answer.
    if ending.isOfThoughts, let plain = request.withoutThoughts,
      let again = try? self.call(
        plain, to: target, under: key, streams: deltas != nil, refuses, firstByte, isLast, bytes)
    {
      let next = await attempt(again, in: route, deltas, &steps, &unfinished)
      if case .passed(.skipped) = next {
        return TargetTurn(target, steps, ending, dropped: call.dropped, unfinished: unfinished)
      }
      (call, ending) = (again, next)
    }
    for _ in 0..<route.retries {
      guard let pause = ending.pauseBeforeRetry, !(hasMoreKeys && ending.isOfKey),
        await mayBuyAgain(request, of: target, after: unfinished, spend)
      else { break }
      guard (try? await Task.sleep(for: pause)) != nil else {
        ending = .aborted
        break
      }
      let next = await attempt(call, in: route, deltas, &steps, &unfinished)
      // Its circuit opened, or its quota was used up meanwhile: what it said before still stands.
      if case .passed(.skipped) = next { break }
      ending = next
    }
    return TargetTurn(target, steps, ending, dropped: call.dropped, unfinished: unfinished)
  }

  /// Notes that a target had not answered after `elapsed`, when another one did.
  func noteOvertaken(_ target: Target, in route: ProviderRoute, after elapsed: Duration) {
    // Or a target that is always overtaken would stay unknown, and unknown targets go first.
    if route.strategy == .fastest { latencies.note(elapsed, of: target) }
  }

  // MARK: - One attempt

  private func call(
    _ request: JobRequest, to target: Target, under key: ProviderKey?, streams: Bool,
    _ refusesUnsupported: Bool,
    _ firstByte: FirstByte?, _ isLast: Bool, _ bytes: AnswerBytes?
  ) throws(ProviderFault) -> TargetCall {
    var endpoint = try endpoint(of: target)
    if let key { endpoint = endpoint.under(key) }
    let http = try endpoint.httpRequest(
      for: request, streams: streams, refusesUnsupported: refusesUnsupported)
    return TargetCall(request, target, key, endpoint, http, firstByte, isLast: isLast, bytes)
  }

  private func endpoint(of target: Target) throws(ProviderFault) -> ProviderEndpoint {
    if let endpoint = endpoints[target] { return endpoint }
    guard let provider = catalog.provider(named: target.provider) else {
      throw .failing("the provider is not configured")
    }
    return try ProviderEndpoint(provider, model: target.model, timeouts: timeouts)
  }

  private func attempt(
    _ call: TargetCall, in route: ProviderRoute, _ deltas: (any DeltaSink)?, _ steps: inout [CascadeStep],
    _ unfinished: inout [TokenUsage]
  ) async -> TargetTurn.Ending {
    let target = call.target
    let permission: Permission =
      if mayAskAtOnce(call.subject) { .granted(isProbe: false, nil) } else {
        await permission(for: call.subject, call.request)
      }
    switch permission {
    case .refused(let refusal):
      add(CascadeStep(target, .skipped, refusal.reason, .zero, call.key?.place), to: &steps)
      return .passed(.skipped(refusal, of: target))
    case .granted(let isProbe, let reservation):
      let span = AttemptSpan.begin(
        call.request, to: target, by: call.http, streams: deltas != nil, resends: steps.count, in: catalog
      )
      let start = ContinuousClock.now
      let result: Result<ProviderAnswer, ProviderFault>
      do { result = try await send(call, reservation, deltas, span, &unfinished) } catch {
        span?.aborted()
        board.abandon(call.subject, isProbe: isProbe)
        note(.aborted, call, .now - start)
        add(CascadeStep(target, .aborted, nil, .now - start, call.key?.place), to: &steps)
        return .aborted
      }
      let elapsed = ContinuousClock.now - start
      if route.strategy == .fastest {
        let began = deltas == nil ? nil : call.firstByte?.time
        note(result, of: target, after: began.map { $0 - start } ?? elapsed)
      }
      switch result {
      case .success(let answer):
        board.record(nil, of: call.subject, isProbe: isProbe, key: call.key?.place)
        words.note(answer.unknownFinishReason, of: target.provider)
        let ending = Self.ending(of: answer, call.request, wasTold: deltas?.hasBegun == true)
        let step = Self.step(call, ending, elapsed)
        span?.answered(answer, ending.outcome)
        note(ending.outcome, call, elapsed, answer: answer)
        add(step, to: &steps)
        return ending
      case .failure(let fault):
        var fault = fault.hiding(
          call.key?.place == .own ? secrets + [call.endpoint.key].compactMap(\.self) : secrets)
        fault.remains = nil
        span?.failed(fault)
        note(TargetMetrics.Outcome(fault), call, elapsed, reason: fault.reason)
        let wait = board.record(fault, of: call.subject, isProbe: isProbe, key: call.key?.place)
        add(CascadeStep(target, .failed, fault, elapsed, call.key?.place), to: &steps)
        if deltas?.hasBegun == true { return .interrupted(fault) }
        return fault.kind == .tooLarge ? .outsized(fault) : .passed(.fault(fault, of: target, wait: wait))
      }
    }
  }

  private func note(
    _ outcome: TargetMetrics.Outcome, _ call: TargetCall, _ elapsed: Duration, answer: ProviderAnswer? = nil,
    reason: String? = nil
  ) {
    notes.ended(
      outcome, of: call.target, asked: call.request, by: call.bytes?.job, after: elapsed, answer: answer,
      reason: reason, key: call.key?.place)
  }

  private func add(_ step: CascadeStep, to steps: inout [CascadeStep]) {
    steps.append(step)
    if step.key != nil { tally.note(step) }
  }

  /// What an answer is to the cascade. One of which a piece has been told is *the* answer.
  private static func ending(
    of answer: ProviderAnswer, _ request: JobRequest, wasTold: Bool
  ) -> TargetTurn.Ending {
    guard !wasTold, answer.embeddings == nil else { return .answered(answer) }
    if answer.answer.finishReason == .contentFilter { return .filtered(answer) }
    return answer.answer.isEmpty && !request.maySayNothing ? .empty(answer) : .answered(answer)
  }

  private static func step(_ call: TargetCall, _ ending: TargetTurn.Ending, _ elapsed: Duration)
    -> CascadeStep
  {
    let (status, reason): (CascadeStep.Status, String?) =
      switch ending {
      case .filtered: (.failed, "content filter")
      case .empty: (.failed, "empty answer")
      default: (.success, nil)
      }
    return CascadeStep(call.target, status, reason, elapsed, call.key?.place)
  }

  private func send(
    _ call: TargetCall, _ reservation: QuotaReservation?, _ deltas: (any DeltaSink)?, _ span: AttemptSpan?,
    _ unfinished: inout [TokenUsage]
  ) async throws(CancellationError) -> Result<ProviderAnswer, ProviderFault> {
    let result: Result<ProviderAnswer, ProviderFault>
    let stated: [StatedQuota]
    var cut: UnfinishedAnswer?
    defer {
      if let cut {
        let longest = catalog.longestAnswer(of: call.request, at: call.target)
        unfinished.append(cut.usage(for: call.request, longest: longest))
      }
    }
    call.firstByte?.awaitAnew()
    if let deltas, call.endpoint.streams(call.request) {
      deltas.targetIsAsked()
      let answer = call.endpoint.streamedAnswer(to: call.request, client.limits)
      let firstByte = call.firstByte
      let began = FirstPiece(
        notes.metrics?.series(of: call.target), trace: JobTracing.current?.recordedTrace)
      let stream = try await client.stream(
        call.told(call.http, span), timeouts: call.endpoint.timeouts, isLast: call.isLast,
        counting: call.bytes, into: answer, unfinished: &cut
      ) {
        firstByte?.came()
        span?.pieceCame()
        began.came()
        deltas.add($0, of: call.target, dropping: call.dropped)
      }
      stated = StatedQuota.stated(in: stream.headers)
      result = stream.result.map { answer in
        var answer = answer
        answer.estimateUsage(for: call.request)
        return answer
      }
    } else if let pieces = call.endpoint.pieces(of: call.request) {
      (result, stated) = try await answer(to: pieces, call, span, &cut, &unfinished)
    } else {
      (result, stated) = try await answer(to: call.request, call.told(call.http, span), call, &cut)
    }
    if case .failure(let fault) = result, let usage = fault.usedTokens(for: call.request) {
      unfinished.append(usage)
    }
    if !stated.isEmpty { notes.metrics?.series(of: call.target).left(stated) }
    quotas.record(stated, of: call.subject, reservation, usedTokens: result.usedTokens)
    return result
  }

  /// The answers to the pieces of a request, joined. Where one fails, those before it were bought all the same.
  private func answer(
    to pieces: [JobRequest], _ call: TargetCall, _ span: AttemptSpan?, _ cut: inout UnfinishedAnswer?,
    _ unfinished: inout [TokenUsage]
  ) async throws(CancellationError) -> (Result<ProviderAnswer, ProviderFault>, [StatedQuota]) {
    var (whole, stated): (ProviderAnswer?, [StatedQuota]) = (nil, [])
    var isWhole = false
    defer { if !isWhole, let whole { unfinished.append(whole.answer.usage) } }
    for piece in pieces {
      let http: HTTPClient.Request
      do throws(ProviderFault) { http = try call.endpoint.httpRequest(for: piece).0 } catch {
        return (.failure(error), stated)
      }
      let result: Result<ProviderAnswer, ProviderFault>
      (result, stated) = try await answer(to: piece, call.told(http, span), call, &cut)
      guard case .success(let answer) = result else { return (result, stated) }
      if whole == nil { whole = answer } else { whole?.append(answer) }
    }
    guard let whole else { return (.failure(.failing("nothing was asked")), stated) }
    isWhole = true
    return (.success(whole), stated)
  }

  /// The answer to one HTTP request, and what limits its headers state.
  private func answer(
    to request: JobRequest, _ http: HTTPClient.Request, _ call: TargetCall, _ cut: inout UnfinishedAnswer?
  ) async throws(CancellationError) -> (Result<ProviderAnswer, ProviderFault>, [StatedQuota]) {
    let response = try await client.send(
      http, timeouts: call.endpoint.timeouts, isLast: call.isLast, counting: call.bytes,
      firstByte: call.firstByte, unfinished: &cut)
    switch response {
    case .failure(let fault): return (.failure(fault), [])
    case .success(let response):
      let stated = StatedQuota.stated(in: response.headers)
      do throws(ProviderFault) {
        return (.success(try call.endpoint.answer(to: request, from: response)), stated)
      } catch { return (.failure(error), stated) }
    }
  }

  // MARK: - Leave

  private enum Permission {
    case granted(isProbe: Bool, QuotaReservation?)
    case refused(CircuitRefusal)
  }

  /// Whether nothing is known that could speak against asking the target, as of nearly all: nothing is waited for then.
  private func mayAskAtOnce(_ target: Target) -> Bool {
    board.isHealthy(target) && !quotas.isMetered(target)
  }

  /// Whether the target may be asked (under the key that it is the subject of): its circuit lets it, and its quota.
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

  private func note(
    _ result: Result<ProviderAnswer, ProviderFault>, of target: Target, after elapsed: Duration
  ) {
    switch result {
    case .success: latencies.note(elapsed, of: target)
    case .failure(let fault): latencies.note(fault, after: elapsed, of: target)
    }
  }
}

extension JobRequest {
  /// Whether an answer with nothing in it is as good as any: what a tool brought may need no word, and where there are
  /// tools the client decides what follows.
  fileprivate var maySayNothing: Bool {
    switch self {
    case .chat(let conversation): !conversation.tools.isEmpty || conversation.endsInToolResult
    case .completion(let completion): completion.parameters.maxTokens == 0
    case .embedding, .moderation, .count: true
    }
  }
}

extension Result<ProviderAnswer, ProviderFault> {
  /// The tokens that the provider counts for this attempt; nil when that is not known.
  fileprivate var usedTokens: Int? {
    switch self {
    case .success(let answer):
      return answer.answer.usage.isZero ? nil : answer.answer.usage.totalTokens
    case .failure(let fault):
      switch fault.kind {
      case .requestRefused, .keyRefused, .limited: return 0
      case .failing, .tooLarge, .contentFiltered:
        return fault.remains.flatMap { $0.usage.isZero ? nil : $0.usage.totalTokens }
      }
    }
  }
}
