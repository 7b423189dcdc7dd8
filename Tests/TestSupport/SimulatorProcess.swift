import Foundation
import NIOCore
import NIOHTTP1
import Shared

/// A provider simulator of a test's own, on a port of its own.
public struct SimulatorProcess: Sendable {
  /// It refused what was asked of it, such as a script with a misspelt field.
  public struct Refused: Error, CustomStringConvertible {
    public let description: String
  }

  public let port: Int
  public let process: ChildProcess

  /// Such as `http://127.0.0.1:40123`.
  public var url: String { "http://127.0.0.1:\(port)" }

  /// Where a provider is, as its `…_BASE_URL` takes it: `gemini`, `groq`, `openrouter`, `openai` or `anthropic`.
  public func baseURL(for provider: String) -> String {
    let path = ["gemini": "v1beta", "openrouter": "api/v1", "anthropic": "v1"][provider] ?? "openai/v1"
    return provider == "openai" ? "\(url)/openai/v1" : "\(url)/\(provider)/\(path)"
  }

  /// What makes a Sluice process ask this simulator and no real provider.
  public var environment: [String: String] {
    [
      "GEMINI_BASE_URL": "\(url)/gemini/v1beta",
      "GEMINI_API_KEY": "test-gemini-key",
      "GROQ_BASE_URL": "\(url)/groq/openai/v1", "GROQ_API_KEY": "test-groq-key",
      "OPENROUTER_BASE_URL": "\(url)/openrouter/api/v1", "OPENROUTER_API_KEY": "test-openrouter-key",
    ]
  }

  /// Starts a simulator, runs `body`, and leaves nothing behind. `arguments` are those of sluice-simulator.
  public static func with<Value>(
    arguments: [String] = [], _ body: (SimulatorProcess) async throws -> Value
  ) async throws -> Value {
    let simulator = try await SimulatorProcess(arguments: arguments)
    do {
      let value = try await body(simulator)
      await simulator.process.killNow()
      return value
    } catch {
      await simulator.process.killNow()
      throw error
    }
  }

  private init(arguments: [String]) async throws {
    let child = try await ChildProcess(
      ProgramFolder.path(of: "sluice-simulator"), ["--port", "0"] + arguments)
    try await child.waitForOutput("\n")
    // The line ends with the port.
    let line = child.log.prefix { $0 != "\n" }
    guard let digits = line.split(separator: ":").last, let port = Int(digits) else {
      await child.killNow()
      throw Refused(description: "sluice-simulator did not say where it listens: \(child.log)")
    }
    self.port = port
    process = child
  }

  /// Sets the rules, of which the first that matches a request and has uses left is followed.
  /// Each is `["provider": "gemini", "times": 1, "behaviour": ["status": 503]]`; all but the behaviour is optional.
  /// What a behaviour may hold is told by `Behaviour` in Sources/Simulator.
  public func script(_ rules: JSONValue) async throws { _ = try await control(.PUT, "rules", rules) }

  /// The requests to a provider in their order: `provider`, `method`, `path`, `headers`, `body`,
  /// `received_at`, `ended_at` (Unix milliseconds; null while under way).
  public func requests(provider: String) async throws -> [JSONValue] {
    try await control(.GET, "requests?provider=\(provider)").json.array ?? []
  }

  /// `total`, `in_flight`, `aborted` (its client left before it had the answer), and the same by name of the
  /// provider below `providers`.
  public func stats() async throws -> JSONValue { try await control(.GET, "stats").json }

  /// Forgets the rules, the requests and the counts.
  public func reset() async throws {
    _ = try await control(.DELETE, "rules")
    _ = try await control(.DELETE, "requests")
  }

  /// Any request. Throws ``HTTPReply/Failure`` when the simulator cuts the connection or is silent.
  public func call(
    _ path: String, method: HTTPMethod = .POST, headers: [String: String] = [:], body: JSONValue? = nil,
    timeout: Duration = Patience.answer
  ) async throws -> HTTPReply {
    var headers = headers
    if body != nil { headers["content-type"] = "application/json" }
    return try await HTTPReply.to(
      url + path, method: method, headers: headers, body: body?.serialized(), timeout: timeout)
  }

  private func control(_ method: HTTPMethod, _ name: String, _ body: JSONValue? = nil) async throws
    -> HTTPReply
  {
    let reply = try await call("/_simulator/\(name)", method: method, body: body)
    guard (200..<300).contains(reply.status) else { throw Refused(description: reply.body) }
    return reply
  }
}
