import NIOCore
import NIOHTTP1
import NIOPosix
import Shared
import Synchronization

/// Many providers on one real socket that answer what a test says, in the dialects of OpenAI, Anthropic and Gemini.
///
/// The first member of a request's path is the provider's name: `http://127.0.0.1:PORT/NAME/chat/completions`. Each
/// request is recorded, and answered with the provider's next answer; the last one is repeated.
public final class ScriptedProvider: Sendable {
  public enum Dialect: String, Sendable {
    case openAI = "openai"
    case anthropic, gemini
  }

  /// One request as it came.
  public struct Request: Sendable {
    /// The provider that was asked.
    public let name: String
    /// Path and query behind the name.
    public let target: String
    /// By lower-case name.
    public let headers: [String: String]
    public let body: String

    /// The body as JSON; null where it is none.
    public var json: JSONValue { (try? JSONParser.parse(body)) ?? .null }

    var dialect: Dialect {
      target.contains("/messages") ? .anthropic : target.contains("/models/") ? .gemini : .openAI
    }

    var isStreamed: Bool { target.contains(":streamGenerateContent") || json["stream"] == true }

    /// The texts of a request for embeddings.
    var texts: [String] {
      if let requests = json["requests"]?.array {
        return requests.map { $0["content"]?["parts"]?[0]?["text"]?.string ?? "" }
      }
      return json["input"]?.array?.map { $0.string ?? "" } ?? [json["input"]?.string ?? ""]
    }
  }

  final class Record: Sendable {
    private struct State {
      var answers: [String: [ScriptedAnswer]]
      var requests: [Request] = []
      var held: [String: [EventLoopPromise<Void>]] = [:]
    }

    private let state: Mutex<State>

    init(_ answers: [String: [ScriptedAnswer]]) { state = Mutex(State(answers: answers)) }

    func requests(of name: String) -> [Request] {
      state.withLock { $0.requests.filter { $0.name == name } }
    }

    /// Records a request and says what it is answered with, and when: at once, or once it is let go.
    func take(_ request: Request, on loop: any EventLoop) -> (ScriptedAnswer, EventLoopFuture<Void>) {
      state.withLock { state in
        state.requests.append(request)
        let answers = state.answers[request.name] ?? []
        if answers.count > 1 { state.answers[request.name]?.removeFirst() }
        let unknown = ScriptedAnswer(["status": 404, "json": ["error": ["message": "no such provider"]]])
        let promise = loop.makePromise(of: Void.self)
        if state.held[request.name] == nil {
          promise.succeed()
        } else {
          state.held[request.name, default: []].append(promise)
        }
        return (answers.first ?? unknown, promise.futureResult)
      }
    }

    func hold(_ name: String) { state.withLock { $0.held[name] = [] } }

    func letGo(_ name: String) {
      let promises = state.withLock { $0.held.removeValue(forKey: name) ?? [] }
      for promise in promises { promise.succeed() }
    }

    func letAllGo() {
      for name in state.withLock({ Array($0.held.keys) }) { letGo(name) }
    }
  }

  private let channel: any Channel
  private let record: Record

  private init(_ channel: any Channel, _ record: Record) {
    self.channel = channel
    self.record = record
  }

  /// Listens while `body` runs, with the answers of each provider by its name.
  public static func with<Result>(
    _ answers: [String: [ScriptedAnswer]], body: (ScriptedProvider) async throws -> Result
  ) async throws -> Result {
    let record = Record(answers)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(ScriptedProviderHandler(record))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(try await body(ScriptedProvider(channel, record)))
    } catch {
      result = .failure(error)
    }
    // A promise that nobody keeps is a crash.
    record.letAllGo()
    try await channel.close()
    return try result.get()
  }

  /// Where a provider is, as a `base_url` says it.
  public func baseURL(of name: String) -> String {
    "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/\(name)"
  }

  /// What a provider was asked, in the order in which it came.
  public func requests(of name: String) -> [Request] { record.requests(of: name) }

  /// From now on a provider's answers wait until ``letGo(_:)``.
  public func hold(_ name: String) { record.hold(name) }

  public func letGo(_ name: String) { record.letGo(name) }
}
