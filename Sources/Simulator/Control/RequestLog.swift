import HTTPTypes
import NIOCore
import Shared
import Synchronization

/// The requests that came, in their order, for tests to look at.
final class RequestLog: Sendable {
  private struct Entry {
    let provider: SimulatedProvider
    let request: ReceivedRequest
    /// Unix milliseconds.
    let receivedAt: Int64
    /// When its answer was given to the connection, or the connection was lost.
    var endedAt: Int64?
  }

  private struct State {
    var entries: [Entry] = []
    /// Where the oldest stands once the array is full and goes round.
    var start = 0
    /// The number of the oldest; numbers go on when the log is cleared.
    var first = 0
  }

  private let capacity: Int
  private let state = Mutex(State())

  /// Keeps the last `capacity` requests; 0 for none.
  init(capacity: Int) { self.capacity = capacity }

  /// Returns the entry's number for ``end(_:)``, or nil when nothing is kept.
  func record(_ request: ReceivedRequest, of provider: SimulatedProvider) -> Int? {
    guard capacity > 0 else { return nil }
    let entry = Entry(provider: provider, request: request, receivedAt: Timestamp.now)
    return state.withLock { state in
      if state.entries.count < capacity {
        state.entries.append(entry)
      } else {
        state.entries[state.start] = entry
        state.start = (state.start + 1) % capacity
        state.first += 1
      }
      return state.first + state.entries.count - 1
    }
  }

  /// Notes the time at which a request ended, unless it is forgotten by now.
  func end(_ number: Int?) {
    guard let number else { return }
    let now = Timestamp.now
    state.withLock { state in
      guard number >= state.first else { return }
      let index = (state.start + number - state.first) % state.entries.count
      state.entries[index].endedAt = now
    }
  }

  func removeAll() {
    state.withLock { state in
      state = State(first: state.first + state.entries.count)
    }
  }

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
      "received_at": .integer(entry.receivedAt), "ended_at": entry.endedAt.map(JSONValue.integer) ?? .null,
    ]
  }

  /// A body that is no JSON is told as text.
  private static func body(_ bytes: ByteBuffer) -> JSONValue {
    guard bytes.readableBytes > 0 else { return .null }
    return (try? JSONParser.parse(bytes)) ?? .string(String(buffer: bytes))
  }
}
