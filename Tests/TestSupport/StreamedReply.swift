import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared

/// Server-sent events as a client reads them.
public struct StreamedReply: Sendable {
  public struct Event: Sendable, Hashable {
    public var number: Int?
    public var name = "message"
    public var data = ""

    /// The data as JSON; null where it is none.
    public var json: JSONValue { (try? JSONParser.parse(data)) ?? .null }
  }

  public let status: Int
  public let headers: [String: String]
  public let events: [Event]
  /// Whether the server ended the stream, and not the reader.
  public let isWhole: Bool
  /// What is no stream, such as an error; empty for one.
  public let body: String

  /// Sends a request and reads its events until the server ends the stream, or breaks it, or `isEnough` says so:
  /// then the connection is closed at once.
  public static func to(
    _ url: String, method: HTTPMethod = .GET, headers: [String: String] = [:], body: JSONValue? = nil,
    isEnough: ([Event]) async throws -> Bool = { _ in false }
  ) async throws -> StreamedReply {
    var request = HTTPClientRequest(url: url)
    request.method = method
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body {
      request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
      request.body = .bytes(body.serialized())
    }
    let response = try await HTTPClient.patient.execute(request, timeout: TimeAmount(Patience.answer))
    var lines = Lines()
    var events: [Event] = []
    var body = ""
    let isStream = response.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true
    func reply(isWhole: Bool) -> StreamedReply {
      let fields = response.headers.map { ($0.name.lowercased(), $0.value) }
      return StreamedReply(
        status: Int(response.status.code), headers: Dictionary(fields) { "\($0), \($1)" }, events: events,
        isWhole: isWhole, body: body)
    }
    do {
      for try await part in response.body {
        if !isStream { body += String(buffer: part) }
        events += lines.feed(part)
        if try await isEnough(events) { return reply(isWhole: false) }
      }
    } catch let error where !(error is CancellationError) {
      return reply(isWhole: false)
    }
    return reply(isWhole: true)
  }
}

/// Reads events as Sluice writes them: lines that end with LF.
private struct Lines {
  /// Bytes, because a part may end within a character.
  private var rest: [UInt8] = []
  private var event = StreamedReply.Event()

  mutating func feed(_ bytes: ByteBuffer) -> [StreamedReply.Event] {
    var events: [StreamedReply.Event] = []
    var part = bytes.readableBytesView
    while let end = part.firstIndex(of: UInt8(ascii: "\n")) {
      rest += part[..<end]
      let line = String(decoding: rest, as: UTF8.self)
      rest.removeAll()
      part = part[part.index(after: end)...]
      if line.isEmpty {
        if !event.data.isEmpty { events.append(event) }
        event = StreamedReply.Event()
      } else if line.hasPrefix("data: ") {
        event.data += line.dropFirst(6)
      } else if line.hasPrefix("event: ") {
        event.name = String(line.dropFirst(7))
      } else if line.hasPrefix("id: ") {
        event.number = Int(line.dropFirst(4))
      }
    }
    rest += part
    return events
  }
}

extension SluiceAPI {
  /// Reads a stream with the right key.
  public func stream(
    _ path: String, method: HTTPMethod = .GET, headers: [String: String] = [:], body: JSONValue? = nil,
    isEnough: ([StreamedReply.Event]) async throws -> Bool = { _ in false }
  ) async throws -> StreamedReply {
    try await StreamedReply.to(
      url + path, method: method, headers: ["X-API-Key": SluiceCluster.key].merging(headers) { $1 },
      body: body, isEnough: isEnough)
  }
}
