import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared

/// Where one target is asked. Made once for each target, because parsing a URL costs more than all else that
/// is done for a request here.
struct ProviderEndpoint: Sendable {
  private let template: HTTPClient.Request
  private let wire: any WireDialect
  private let model: String
  private let key: Secret?

  /// Throws when the base URL and the path make no URL.
  init(_ provider: Provider, model: String) throws(ProviderFault) {
    wire = provider.dialect.wire
    key = provider.access.key
    self.model = model
    var headers = HTTPHeaders([("content-type", "application/json"), ("accept", "application/json")])
    headers.add(name: "user-agent", value: "sluice/\(Version.current)")
    for (name, value) in provider.headers.sorted(by: { $0.key < $1.key }) {
      headers.replaceOrAdd(name: name, value: value)
    }
    do {
      template = try HTTPClient.Request(
        url: provider.baseURL + wire.path(for: model), method: .POST, headers: headers)
    } catch {
      throw .failing("its base URL is not one")
    }
  }

  /// The complete HTTP request. The key stands in a header of it and nowhere else, so that no dump shows it.
  func httpRequest(for request: JobRequest) -> HTTPClient.Request {
    var copy = template
    if let key {
      let (name, value) = wire.authorization(key.reveal())
      if !copy.headers.contains(name: name) { copy.headers.add(name: name, value: value) }
    }
    copy.body = .byteBuffer(wire.body(of: request, model: model))
    return copy
  }

  func answer(from response: ProviderResponse) throws(ProviderFault) -> ProviderAnswer {
    try wire.answer(from: response, hiding: key)
  }
}
