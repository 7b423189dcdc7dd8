import NIOCore
import NIOHTTP1
import Shared

/// A provider's whole HTTP response, whatever its status.
struct ProviderResponse: Sendable {
  let status: Int
  let headers: HTTPHeaders
  let body: ByteBuffer

  var isSuccess: Bool { (200..<300).contains(status) }

  /// The body of a success. Throws a fault of the provider when it is not one acceptable JSON text.
  func json() throws(ProviderFault) -> JSONValue {
    do {
      return try JSONParser.parse(body)
    } catch {
      throw .failing(error == .empty ? "empty answer" : "not JSON")
    }
  }
}
