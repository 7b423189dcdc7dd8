import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared

/// Asks the admin API.
struct AdminClient: Sendable {
  /// The most that one answer may have.
  private static let bodyLimit = 64 << 20
  /// The most of a refusal that is read.
  private static let refusalLimit = 1 << 20

  private let server: Server
  private let http: HTTPClient

  /// Runs `body` with a client of the server.
  static func with<Value>(
    _ server: Server, _ body: (AdminClient) async throws -> Value
  ) async throws -> Value {
    // A redirection could take the key to somebody else.
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(
        connect: TimeAmount(min(server.timeout, .seconds(10))), read: TimeAmount(server.timeout)))
    // Else a connection that is refused is tried anew until the time for it is over.
    configuration.connectionPool.retryConnectionEstablishment = false
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let result: Result<Value, any Error>
    do { result = .success(try await body(AdminClient(server: server, http: http))) } catch {
      result = .failure(error)
    }
    // Fails only when it has been shut down before.
    try? await http.shutdown()
    return try result.get()
  }

  /// Asks another server, over the same connections.
  func asking(_ server: Server) -> AdminClient { AdminClient(server: server, http: http) }

  /// Asks and reads the whole answer. Throws where the server refused it or did not answer.
  func send(
    _ method: HTTPMethod, _ path: AdminPath, _ body: JSONValue? = nil, ifMatch: String? = nil,
    headers: [(String, String)] = []
  ) async throws(CommandFailure) -> AdminReply {
    let match = ifMatch.map { [("if-match", $0)] } ?? []
    let response = try await open(method, path, body, headers + match)
    let bytes = try await collect(response, upTo: Self.bodyLimit)
    let eTag = response.headers.first(name: "etag")
    if bytes.readableBytes == 0 { return AdminReply(json: .null, eTag: eTag) }
    do { return AdminReply(json: try JSONParser.parse(bytes), eTag: eTag) } catch {
      throw .noAnswer("what \(server.url) answered is no JSON; is it a Sluice?")
    }
  }

  /// Asks, and hands on the answer's bytes as they come.
  func stream(
    _ path: AdminPath, _ body: (ByteBuffer) throws(CommandFailure) -> Void
  ) async throws(CommandFailure) {
    let response = try await open(.GET, path, nil, [])
    do {
      for try await piece in response.body { try body(piece) }
    } catch let failure as CommandFailure { throw failure } catch {
      throw .noAnswer("the answer of \(server.url) broke off: \(Self.reason(error))")
    }
  }

  // MARK: - One request

  /// The head of an answer that is none of a refusal.
  private func open(
    _ method: HTTPMethod, _ path: AdminPath, _ body: JSONValue?, _ headers: [(String, String)]
  ) async throws(CommandFailure) -> HTTPClientResponse {
    var request = HTTPClientRequest(url: server.url + path.description)
    request.method = method
    if let key = server.key {
      request.headers.add(name: "authorization", value: "Bearer \(key.reveal())")
    }
    request.headers.add(name: "user-agent", value: "sluice/\(Version.current)")
    request.headers.add(contentsOf: headers)
    if let body {
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(body.serialized())
    }
    let response: HTTPClientResponse
    do {
      response = try await http.execute(request, timeout: TimeAmount(server.timeout))
    } catch {
      let doubt = method == .GET ? "" : "; look whether it was done before you try again"
      throw .noAnswer("\(server.url) does not answer: \(Self.reason(error))\(doubt)")
    }
    guard !(200..<300).contains(response.status.code) else { return response }
    let text = try await collect(response, upTo: Self.refusalLimit)
    throw Refusal(status: Int(response.status.code), body: text).failure
  }

  private func collect(
    _ response: HTTPClientResponse, upTo limit: Int
  ) async throws(CommandFailure) -> ByteBuffer {
    do { return try await response.body.collect(upTo: limit) } catch {
      throw .noAnswer("the answer of \(server.url) broke off: \(Self.reason(error))")
    }
  }

  /// In words for who knows no NIO.
  private static func reason(_ error: any Error) -> String {
    if error is NIOTooManyBytesError { return "it is too long" }
    switch error as? HTTPClientError {
    case .connectTimeout?: return "nobody took the connection in time"
    case .readTimeout?, .deadlineExceeded?: return "it took too long (--timeout)"
    case .remoteConnectionClosed?: return "it closed the connection"
    default: break
    }
    return "\(error)".contains("Connection refused") ? "nobody listens there" : "\(error)"
  }
}
