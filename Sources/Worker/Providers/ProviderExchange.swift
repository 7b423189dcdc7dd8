import NIOCore
import NIOHTTP1

/// A request to a provider, ready to be sent with POST.
struct ProviderRequest: Sendable {
  var url: String
  var headers: HTTPHeaders
  var body: ByteBuffer
}

/// A provider's whole response.
struct ProviderResponse: Sendable {
  var status: Int
  var headers: HTTPHeaders
  var body: ByteBuffer
}
