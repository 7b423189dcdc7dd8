import HTTPTypes
import Shared

/// Where a request comes from, which is worked out where it counts.
struct RequestOrigin: Sendable {
  private let addresses: ClientAddress
  private let context: APIContext
  private let headers: HTTPFields

  init(_ addresses: ClientAddress, _ context: APIContext, _ headers: HTTPFields) {
    self.addresses = addresses
    self.context = context
    self.headers = headers
  }

  var address: String { addresses.of(peer: context.peerAddress, headers: headers) }
}
