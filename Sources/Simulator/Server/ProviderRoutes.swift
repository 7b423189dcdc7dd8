import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// The simulated providers: takes a request to one of them from its check to its answer or its misfortune.
struct ProviderRoutes: Sendable {
  /// The connection was closed on purpose.
  private struct Closed: Error {}

  let script: Script
  let log: RequestLog
  let tally: Tally

  func respond(
    to request: ReceivedRequest, of provider: SimulatedProvider, on channel: any Channel
  ) async throws -> Response {
    let ticket = tally.begin(provider)
    defer { withExtendedLifetime(ticket) {} }
    log.record(request, of: provider)
    let dialect = provider.dialect
    let call: ChatCall
    do { call = try dialect.read(request) } catch {
      return response(Outgoing(dialect.render(error, model: "")), .usual, ticket, channel)
    }
    let (behaviour, delay) = script.behaviour(for: call, of: provider)
    if delay > .zero { try await Task.sleep(for: delay) }
    if behaviour.hang == .beforeHeaders { try await Self.hang(channel) }
    if behaviour.cut == .beforeHeaders {
      try await channel.close()
      throw Closed()
    }
    let answer = Answer(to: call, behaviour, number: ticket.number)
    return response(Outgoing(call, answer, behaviour, dialect), behaviour, ticket, channel)
  }

  private func response(
    _ outgoing: Outgoing, _ behaviour: Behaviour, _ ticket: Tally.Ticket, _ channel: any Channel
  ) -> Response {
    let status = HTTPResponse.Status(code: outgoing.status)
    if behaviour.hang == .midBody || behaviour.cut == .midBody {
      let hangs = behaviour.hang == .midBody
      // Never nothing, or a client would have all of it.
      let length = outgoing.isStream ? nil : max(1, outgoing.length)
      let body = ResponseBody(contentLength: length) { writer in
        defer { withExtendedLifetime(ticket) {} }
        for part in outgoing.firstHalf { try await writer.write(part) }
        if hangs { try await Self.hang(channel) }
        try await channel.close()
        throw Closed()
      }
      return Response(status: status, headers: outgoing.headers, body: body)
    }
    guard outgoing.isStream else {
      let body = ResponseBody(byteBuffer: outgoing.parts.first ?? ByteBuffer())
      return Response(status: status, headers: outgoing.headers, body: body)
    }
    let body = ResponseBody { writer in
      defer { withExtendedLifetime(ticket) {} }
      try await writer.write(contentsOf: outgoing.parts)
      try await writer.finish(nil)
    }
    return Response(status: status, headers: outgoing.headers, body: body)
  }

  /// Waits until the client goes or the simulator ends; always throws.
  private static func hang(_ channel: any Channel) async throws {
    await withTaskCancellationHandler {
      try? await channel.closeFuture.get()
    } onCancel: {
      channel.close(promise: nil)
    }
    throw Closed()
  }
}
