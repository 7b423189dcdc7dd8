import HTTPTypes
import Hummingbird
import NIOCore

/// Reads every request and hands it to the provider or the control route that its path names.
struct SimulatorResponder: HTTPResponder {
  /// More than any provider takes, so that what is too large for one is a matter of the script.
  private static let bodyLimit = 64 << 20

  let providers: ProviderRoutes
  let control: ControlRoutes

  func respond(to request: Request, context: SimulatorContext) async throws -> Response {
    let target = request.head.path ?? "/"
    let mark = target.firstIndex(of: "?")
    var headers = request.headers
    // HTTPTypes keeps it apart; on the wire it is a header.
    if let host = request.head.authority { headers.set("Host", host) }
    let received = ReceivedRequest(
      method: request.method, path: String(target[..<(mark ?? target.endIndex)]),
      query: mark.map { String(target[target.index(after: $0)...]) }, headers: headers,
      body: try await request.body.collect(upTo: Self.bodyLimit))
    if received.path.hasPrefix(ControlRoutes.prefix) { return control.respond(to: received) }
    guard let provider = SimulatedProvider(path: received.path) else {
      return ControlRoutes.refuse("no provider lives at \(received.path)", status: .notFound)
    }
    return try await providers.respond(to: received, of: provider, on: context.channel)
  }
}
