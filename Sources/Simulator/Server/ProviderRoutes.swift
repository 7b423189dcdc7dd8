import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// The simulated providers: takes a request to one of them from its check to its answer or its misfortune.
struct ProviderRoutes: Sendable {
  let script: Script
  let log: RequestLog
  let tally: Tally

  func respond(
    to request: ReceivedRequest, of provider: SimulatedProvider, on channel: any Channel
  ) async throws -> Response {
    let log = log
    let entry = log.record(request, of: provider)
    let ticket = tally.begin(provider) { log.end(entry) }
    defer { withExtendedLifetime(ticket) {} }
    let dialect = provider.dialect(of: request.path)
    let call: ProviderCall
    do { call = try read(request, dialect) } catch {
      return response(Outgoing(dialect.render(error, model: "")), .usual, ticket, channel)
    }
    let (behaviour, delay) = script.behaviour(for: call, of: provider)
    if delay > .zero { try await Task.sleep(for: delay) }
    if behaviour.hang == .beforeHeaders { try await Delivery.hang(on: channel) }
    if behaviour.cut == .beforeHeaders { try await Delivery.cut(channel) }
    let reply = Reply(to: call, behaviour, number: ticket.number, in: dialect)
    return response(Outgoing(reply, behaviour), behaviour, ticket, channel)
  }

  private func read(_ request: ReceivedRequest, _ dialect: any Dialect) throws(Refusal) -> ProviderCall {
    if let embedder = dialect as? any EmbeddingDialect, let call = try embedder.readEmbedding(request) {
      return .embedding(call, embedder)
    }
    if let openAI = dialect as? OpenAIDialect {
      if let call = try openAI.readCompletion(request) { return .completion(call, openAI) }
      if let call = try openAI.readModeration(request) { return .moderation(call, openAI) }
    }
    return .chat(try dialect.read(request))
  }

  private func response(
    _ outgoing: Outgoing, _ behaviour: Behaviour, _ ticket: Tally.Ticket, _ channel: any Channel
  ) -> Response {
    let status = HTTPResponse.Status(code: outgoing.status)
    guard behaviour.isDeliveredWhole else {
      let delivery = Delivery(outgoing, behaviour)
      let body = ResponseBody(contentLength: delivery.contentLength) { writer in
        defer { withExtendedLifetime(ticket) {} }
        try await delivery.perform(writer: &writer, channel: channel)
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
}
