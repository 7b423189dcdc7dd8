import AsyncHTTPClient
import NIOCore
import NIOPosix
import Synchronization

/// HTTP clients that each keep to an event loop of their own, so that a request, its connection and its delegate are on one.
///
/// Across two, what is told can be overtaken: when a server answers before it has read all, and hangs up, a client gives a
/// connection back to its pool that has left it. The library holds that impossible, and ends the process for it.
final class OneLoopClients: Sendable {
  /// A client takes so many calls before the next one is given any: connections are kept with few, and used again.
  private static let fewCalls = 32

  private let clients: [HTTPClient]
  private let calls: Mutex<[Int]>

  init(configuration: HTTPClient.Configuration) {
    clients = MultiThreadedEventLoopGroup.singleton.makeIterator().map {
      HTTPClient(eventLoopGroupProvider: .shared($0), configuration: configuration)
    }
    calls = Mutex(Array(repeating: 0, count: clients.count))
  }

  /// What `delegate` makes of the response. When the task is cancelled the call is aborted, and fails.
  func send<Delegate: HTTPClientResponseDelegate>(
    _ request: HTTPClient.Request, for delegate: Delegate
  ) async -> Result<Delegate.Response, any Error> where Delegate.Response: Sendable {
    await call(request, for: delegate) { task in
      do { return .success(try await task.futureResult.get()) } catch { return .failure(error) }
    }
  }

  /// The same for a delegate that may have its result, and tell it, before the response has come to its end.
  func send<Delegate: HTTPClientResponseDelegate>(
    _ request: HTTPClient.Request, for delegate: Delegate, telling result: EarlyResult<Delegate.Response>
  ) async -> Result<Delegate.Response, any Error> where Delegate.Response: Sendable {
    await call(request, for: delegate) { task in
      task.futureResult.whenComplete { result.tell($0) }
      return await result.value
    }
  }

  /// Makes a call and waits for what it comes to.
  private func call<Delegate: HTTPClientResponseDelegate>(
    _ request: HTTPClient.Request, for delegate: Delegate,
    _ outcome: (HTTPClient.Task<Delegate.Response>) async -> Result<Delegate.Response, any Error>
  ) async -> Result<Delegate.Response, any Error> where Delegate.Response: Sendable {
    let place = begin()
    defer { calls.withLock { $0[place] -= 1 } }
    let task = clients[place].execute(request: request, delegate: delegate)
    return await withTaskCancellationHandler {
      await outcome(task)
    } onCancel: {
      task.cancel()
    }
  }

  /// The place of the first client that has few calls under way, or of the one that has the fewest; it has one more now.
  private func begin() -> Int {
    calls.withLock { calls in
      let place =
        calls.firstIndex { $0 < Self.fewCalls } ?? calls.indices.min { calls[$0] < calls[$1] }
        ?? calls.startIndex
      calls[place] += 1
      return place
    }
  }

  /// Closes all connections; calls that are under way fail.
  func shutdown() async {
    // Fails only when it has been shut down before.
    for client in clients { try? await client.shutdown() }
  }
}
