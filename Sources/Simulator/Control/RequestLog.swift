import HTTPTypes
import NIOCore
import Shared
import Synchronization

/// The requests that came, in their order, for tests to look at.
final class RequestLog: Sendable {
  private struct Entry {
    let provider: SimulatedProvider
    let request: ReceivedRequest
  }

  private struct State {
    var entries: [Entry] = []
    /// Where the oldest stands once the array is full and goes round.
    var start = 0
  }

  private let capacity: Int
  private let state = Mutex(State())

  /// Keeps the last `capacity` requests; 0 for none.
  init(capacity: Int) { self.capacity = capacity }

  func record(_ request: ReceivedRequest, of provider: SimulatedProvider) {
    guard capacity > 0 else { return }
    let entry = Entry(provider: provider, request: request)
    state.withLock { state in
      if state.entries.count < capacity {
        state.entries.append(entry)
      } else {
        state.entries[state.start] = entry
        state.start = (state.start + 1) % capacity
      }
    }
  }

  func removeAll() { state.withLock { $0 = State() } }

  /// Those of one provider, or all of them.
  func entries(of provider: SimulatedProvider?) -> JSONValue {
    // Written outside of the lock: bodies may be large.
    let entries = state.withLock { $0.entries[$0.start...] + $0.entries[..<$0.start] }
    return .array(entries.filter { provider == nil || $0.provider == provider }.map(Self.json))
  }

  private static func json(_ entry: Entry) -> JSONValue {
    var headers: JSONObject = [:]
    for field in entry.request.headers {
      let known = headers[field.name.rawName]?.string.map { "\($0), " } ?? ""
      headers[field.name.rawName] = .string(known + field.value)
    }
    return [
      "provider": .string(entry.provider.rawValue), "method": .string(entry.request.method.rawValue),
      "path": .string(entry.request.target), "headers": .object(headers), "body": body(entry.request.body),
    ]
  }

  /// A body that is no JSON is told as text.
  private static func body(_ bytes: ByteBuffer) -> JSONValue {
    guard bytes.readableBytes > 0 else { return .null }
    return (try? JSONParser.parse(bytes)) ?? .string(String(buffer: bytes))
  }
}
