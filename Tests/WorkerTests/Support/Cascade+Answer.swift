import AsyncHTTPClient
import Shared

@testable import Worker

extension Cascade {
  /// How a walk ended, without what it has bought.
  func answer(
    _ request: JobRequest, deltas: (any DeltaSink)? = nil, own: OwnKeys? = nil,
    within spend: SpendBound? = nil
  ) async throws(CancellationError) -> CascadeOutcome {
    guard let outcome = await walk(request, deltas: deltas, own: own, within: spend).outcome else {
      throw CancellationError()
    }
    return outcome
  }
}

extension ProviderClient {
  /// The response, without what has come of an unfinished one.
  func send(
    _ request: HTTPClient.Request, timeouts: ProviderTimeouts, counting bytes: AnswerBytes? = nil
  ) async throws(CancellationError) -> Result<ProviderResponse, ProviderFault> {
    var unfinished: UnfinishedAnswer?
    return try await send(request, timeouts: timeouts, counting: bytes, unfinished: &unfinished)
  }
}
