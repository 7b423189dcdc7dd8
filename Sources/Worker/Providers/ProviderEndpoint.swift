import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared

/// Where one target is asked. Made once for each target, because parsing a URL costs more than all else that
/// is done for a request here.
struct ProviderEndpoint: Sendable {
  let wire: any WireDialect
  let key: Secret?
  let timeouts: ProviderTimeouts
  private let templates: [ProviderOperation: HTTPClient.Request]
  private let model: String

  /// `timeouts` are those of all providers. Throws when the base URL and the path make no URL.
  init(
    _ provider: Provider, model: String, timeouts: ProviderTimeouts = ProviderTimeouts()
  ) throws(ProviderFault) {
    wire = provider.dialect.wire
    key = provider.access.key
    self.timeouts = timeouts.overridden(by: provider.timeouts)
    self.model = model
    var headers = HTTPHeaders([("content-type", "application/json")])
    headers.add(name: "user-agent", value: "sluice/\(Version.current)")
    headers.add(contentsOf: wire.headers)
    for (name, value) in provider.headers.sorted(by: { $0.key < $1.key }) {
      headers.replaceOrAdd(name: name, value: value)
    }
    var templates: [ProviderOperation: HTTPClient.Request] = [:]
    for operation in ProviderOperation.allCases {
      headers.replaceOrAdd(
        name: "accept", value: operation == .chatStream ? "text/event-stream" : "application/json")
      do {
        templates[operation] = try HTTPClient.Request(
          url: provider.baseURL + wire.path(for: operation, model: model), method: .POST, headers: headers)
      } catch {
        throw .failing("its base URL is not one")
      }
    }
    self.templates = templates
  }

  /// The complete HTTP request. The key stands in a header of it and nowhere else, so that no dump shows it.
  /// Throws a refusal when the provider's API cannot express what is asked.
  func httpRequest(for request: JobRequest, streams: Bool = false) throws(ProviderFault) -> HTTPClient.Request
  {
    guard var copy = templates[ProviderOperation(request, streams: streams)] else {
      throw .failing("no such operation")
    }
    if let key {
      let (name, value) = wire.authorization(key.reveal())
      if !copy.headers.contains(name: name) { copy.headers.add(name: name, value: value) }
    }
    copy.body = .byteBuffer(try wire.body(of: request, model: model, streams: streams))
    return copy
  }

  func answer(
    to request: JobRequest, from response: ProviderResponse
  ) throws(ProviderFault) -> ProviderAnswer {
    try wire.answer(to: request, from: response, hiding: key)
  }
}
