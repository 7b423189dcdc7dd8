import NIOCore
import Shared
import TestSupport

/// The simulated providers as a client of theirs sees them: where to send a question, and where the answer stands.
enum ProviderAPI: String, CaseIterable, Sendable {
  case openai, groq, openrouter, gemini, anthropic

  static let openAILike: [ProviderAPI] = [.openai, .groq, .openrouter]

  /// Headers with a key that is right.
  var headers: [String: String] {
    switch self {
    case .gemini: ["x-goog-api-key": "key"]
    case .anthropic: ["x-api-key": "key", "anthropic-version": "2023-06-01"]
    default: ["Authorization": "Bearer key"]
    }
  }

  func path(isStream: Bool = false) -> String {
    switch self {
    case .gemini:
      "/gemini/v1beta/models/gemini-2.5-flash:"
        + (isStream ? "streamGenerateContent?alt=sse" : "generateContent")
    case .anthropic: "/anthropic/v1/messages"
    case .openai: "/openai/v1/chat/completions"
    case .groq: "/groq/openai/v1/chat/completions"
    case .openrouter: "/openrouter/api/v1/chat/completions"
    }
  }

  /// A question of one turn, with other members of the body.
  func question(_ text: String, _ more: JSONObject = [:], isStream: Bool = false) -> JSONValue {
    var body: JSONObject =
      switch self {
      case .gemini: ["contents": [["role": "user", "parts": [["text": .string(text)]]]]]
      case .anthropic:
        [
          "model": "claude", "max_tokens": 1000, "messages": [["role": "user", "content": .string(text)]],
        ]
      default: ["model": "m", "messages": [["role": "user", "content": .string(text)]]]
      }
    if isStream, self != .gemini { body["stream"] = true }
    return .object(body.merging(more) { _, last in last })
  }

  func ask(
    _ simulator: SimulatorProcess, _ text: String, _ more: JSONObject = [:], isStream: Bool = false,
    timeout: Duration = Patience.answer
  ) async throws -> HTTPReply {
    try await simulator.call(
      path(isStream: isStream), headers: headers, body: question(text, more, isStream: isStream),
      timeout: timeout)
  }

  func send(_ simulator: SimulatorProcess, _ body: JSONValue, isStream: Bool = false) async throws
    -> HTTPReply
  {
    try await simulator.call(path(isStream: isStream), headers: headers, body: body)
  }

  /// The text of an answer that came whole.
  func text(of reply: HTTPReply) -> String? {
    switch self {
    case .gemini: reply.json["candidates"]?[0]?["content"]?["parts"]?[0]?["text"]?.string
    case .anthropic: reply.json["content"]?[0]?["text"]?.string
    default: reply.json["choices"]?[0]?["message"]?["content"]?.string
    }
  }

  /// The texts of a stream's events, put together.
  func text(of events: [JSONValue]) -> String {
    events.compactMap { event -> String? in
      switch self {
      case .gemini: event["candidates"]?[0]?["content"]?["parts"]?[0]?["text"]?.string
      case .anthropic: event["delta"]?["text"]?.string
      default: event["choices"]?[0]?["delta"]?["content"]?.string
      }
    }.joined()
  }

  /// The request as it goes over the wire, for a connection that shows every byte of what comes back.
  func rawRequest(_ text: String, isStream: Bool) -> ByteBuffer {
    let body = question(text, isStream: isStream).serialized()
    var request = ByteBuffer(string: "POST \(path(isStream: isStream)) HTTP/1.1\r\nHost: simulator\r\n")
    for (name, value) in headers { request.writeString("\(name): \(value)\r\n") }
    request.writeString("Content-Length: \(body.readableBytes)\r\n\r\n")
    request.writeImmutableBuffer(body)
    return request
  }
}

extension HTTPReply {
  /// The JSON of each event of a stream, `[DONE]` left out.
  var events: [JSONValue] {
    get throws {
      try body.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("data: ") && $0 != "data: [DONE]" }
        .map { try JSONParser.parse(String($0.dropFirst("data: ".count))) }
    }
  }
}
