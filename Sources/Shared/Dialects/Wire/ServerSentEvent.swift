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
  /// The event's data, and whether a character in it is cut in two. Throws a fault of the provider when it is no JSON.
  func json() throws(ProviderFault) -> (JSONValue, hasHalves: Bool) {
    do throws(JSONParsingError) { return (try JSONParser.parse(data), false) } catch {
      guard case .invalidEscape = error, let value = try? JSONParser.parse(data, loneSurrogates: .kept) else {
        throw .failing("not JSON")
      }
      return (value, true)
    }
  }
}
