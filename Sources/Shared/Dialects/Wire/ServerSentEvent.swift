/// One event of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html).
public struct ServerSentEvent: Sendable, Hashable {
  /// `message` where the stream does not say.
  public var name = "message"
  public var data: String

  public init(name: String = "message", data: String) {
    self.name = name
    self.data = data
  }
}

extension ServerSentEvent {
  /// Whether it ends a stream in OpenAI's way, as many servers of other dialects do, too.
  public var isDone: Bool {
    data.utf8.count < 16 && data.drop { $0.isWhitespace }.prefix { !$0.isWhitespace } == "[DONE]"
  }

  /// Whether it says nothing, and only keeps a connection alive: it has no data, or bears a name that no dialect knows and
  /// holds no object.
  public var isIdle: Bool {
    guard let first = data.utf8.first(where: { $0 != 0x20 && $0 != 0x0A }) else { return true }
    return name != "message" && first != UInt8(ascii: "{") && !Self.isKnown(name)
  }

  private static func isKnown(_ name: String) -> Bool {
    ["error", "response.", "message_", "content_block_"].contains { name.hasPrefix($0) }
  }
}

extension ServerSentEvent {
  /// The event's data, and whether a character in it is cut in two. Throws a fault of the provider when it is no JSON.
  func json() throws(ProviderFault) -> (JSONValue, hasHalves: Bool) {
    do throws(JSONParsingError) { return (try JSONParser.parse(data, of: .provider), false) } catch {
      guard case .invalidEscape = error,
        let value = try? JSONParser.parse(data, of: .provider, loneSurrogates: .kept)
      else { throw .failing("not JSON") }
      return (value, true)
    }
  }
}
