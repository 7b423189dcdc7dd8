import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared

/// What a server answered, read to its end.
public struct HTTPReply: Sendable {
  public let status: Int
  /// By lower-case name.
  public let headers: [String: String]
  public let body: String

  /// The body as JSON; null where it is none.
  public var json: JSONValue { (try? JSONParser.parse(body)) ?? .null }

  /// There is no answer.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
  }

  /// Sends a request. Throws ``Failure`` when the server cuts the connection, is silent for `timeout`, or answers with
  /// more than `bodyLimit` bytes.
  public static func to(
    _ url: String, method: HTTPMethod = .GET, headers: [String: String] = [:], body: ByteBuffer? = nil,
    timeout: Duration = Patience.answer, bodyLimit: Int = 96 << 20
  ) async throws -> HTTPReply {
    var request = HTTPClientRequest(url: url)
    request.method = method
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body { request.body = .bytes(body) }
    let response: HTTPClientResponse
    let bytes: ByteBuffer
    do {
      response = try await HTTPClient.patient.execute(request, timeout: TimeAmount(timeout))
      bytes = try await response.body.collect(upTo: bodyLimit)
    } catch {
      throw Failure(description: "\(method) \(url): \(error)")
    }
    let fields = response.headers.map { ($0.name.lowercased(), $0.value) }
    return HTTPReply(
      status: Int(response.status.code), headers: Dictionary(fields) { "\($0), \($1)" },
      body: String(buffer: bytes))
  }
}
