import HTTPTypes
import Hummingbird
import Shared

extension Call {
  /// Whether hanging up shall cancel the job. Otherwise a client that hangs up ends its wait only.
  var cancelsOnDisconnect: Bool { request.headers.value(of: .cancelOnDisconnect)?.lowercased() == "true" }

  /// Notes the job that the request has become.
  func admitted(_ id: JobID, _ client: Client, _ desk: JobDesk) async throws(Problem) {
    guard let disconnect, !disconnect.admitted(id) else { return }
    _ = try await desk.cancel(id, for: client)
  }

  /// Runs a handler that makes a job, and cancels the job when the client hangs up before the handler is done.
  ///
  /// The listening takes over the request's body, so the handler must read that of the call that it is given.
  func cancellingOnDisconnect(
    _ desk: JobDesk, _ client: Client, _ handler: (Call) async throws(Problem) -> Reply
  ) async throws(Problem) -> Reply {
    let watch = DisconnectWatch()
    let result: Result<Reply, Problem>
    do {
      result = try await request.body.consumeWithInboundCloseHandler { body in
        defer { watch.end() }
        var call = self
        call.request.body = body
        call.disconnect = watch
        do throws(Problem) { return .success(try await handler(call)) } catch { return .failure(error) }
      } onInboundClosed: {
        guard let job = watch.hangUp() else { return }
        // Nobody is left to be told; a job that ended meanwhile is cancelled no more.
        Task { _ = try? await desk.cancel(job, for: client) }
      }
    } catch {
      throw .badRequest(.malformed)
    }
    return try result.get()
  }
}
