public import NIOCore
public import NIOHTTP1

/// A provider's whole HTTP response, whatever its status.
public struct ProviderResponse: Sendable {
  public let status: Int
  public let headers: HTTPHeaders
  public let body: ByteBuffer

  public init(status: Int, headers: HTTPHeaders, body: ByteBuffer) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  public var isSuccess: Bool { (200..<300).contains(status) }

  /// The body of a success. Throws a fault of the provider when it is not one acceptable JSON text.
  public func json() throws(ProviderFault) -> JSONValue {
    do {
      return try JSONParser.parse(body, of: .provider, loneSurrogates: .replaced)
    } catch {
      throw .failing(error == .empty ? "empty answer" : "not JSON")
    }
  }
}
