public import OrderedCollections

/// The object `response`, as OpenAI's clients read it, with every member that the public specification Open Responses
/// (https://www.openresponses.org, 2026-04-24) requires: null where there is nothing.
public struct ResponsesObject: Sendable {
  public enum Status: String, Sendable {
    case queued
    case inProgress = "in_progress"
    case completed
    case failed
    case incomplete
    case cancelled
  }

  /// How a response stands.
  public struct State: Sendable {
    public var status: Status
    public var output: [JSONValue] = []
    public var usage: TokenUsage?
    /// `max_output_tokens` or `content_filter`.
    public var incompleteReason: String?
    /// `code` and `message`.
    public var error: JSONObject?
    /// Unix seconds.
    public var completed: Int64?
    /// Members that the provider told.
    public var extras: JSONObject = [:]

    public init(_ status: Status) { self.status = status }
  }

  /// Such as `resp_…`.
  public let id: String
  /// Unix seconds.
  public let created: Int64
  public var model: String
  /// What of the request the response repeats.
  private let echo: JSONObject

  /// `request` has the members of the request as the client sent them.
  public init(id: String, created: Int64, model: String, request: JSONObject) {
    self.id = id
    self.created = created
    self.model = model
    echo = Self.echo(of: request)
  }

  /// Whether its client comes back for it rather than wait.
  public var isBackground: Bool { echo["background"] == true }

  public func json(_ state: State) -> JSONObject {
    var json: JSONObject = [
      "id": .string(id), "object": "response", "created_at": .integer(created),
      "status": .string(state.status.rawValue),
      "completed_at": state.completed.map(JSONValue.integer) ?? .null,
      "error": state.error.map(JSONValue.object) ?? .null,
      "incomplete_details": state.incompleteReason.map { ["reason": .string($0)] } ?? .null,
      "model": .string(model), "output": .array(state.output),
      "usage": state.usage.map(\.responsesForm) ?? .null,
    ]
    for (name, value) in echo { json[name] = value }
    for (name, value) in state.extras where Self.told.contains(name) && !value.isNull { json[name] = value }
    return json
  }

  /// Of what a provider adds, the members that clients of Responses know.
  private static let told: Set<String> = [
    "service_tier", "moderation", "tool_usage", "prompt_cache_retention",
  ]

  // MARK: - What is repeated

  /// What holds where the client does not say.
  private static let defaults: JSONObject = [
    "background": false, "instructions": .null, "max_output_tokens": .null, "max_tool_calls": .null,
    "metadata": [:], "parallel_tool_calls": true, "previous_response_id": .null, "presence_penalty": 0,
    "frequency_penalty": 0, "prompt_cache_key": .null, "reasoning": .null, "safety_identifier": .null,
    "service_tier": "default", "store": true, "temperature": 1, "text": .null, "tool_choice": "auto",
    "tools": [], "top_logprobs": 0, "top_p": 1, "truncation": "disabled", "user": .null,
  ]
  /// What is repeated where the client says it.
  private static let others: Set<String> = [
    "conversation", "prompt", "prompt_cache_retention", "prompt_cache_options", "context_management",
  ]

  private static func echo(of request: JSONObject) -> JSONObject {
    var echo = defaults
    for (name, value) in request where !value.isNull && (defaults[name] != nil || others.contains(name)) {
      echo[name] = value
    }
    if echo["service_tier"] == "auto" { echo["service_tier"] = "default" }
    if case .string(let id)? = echo["conversation"] { echo["conversation"] = ["id": .string(id)] }
    echo["reasoning"] = filled(echo["reasoning"], ["effort": .null, "summary": .null])
    echo["text"] = filled(echo["text"], ["format": ["type": "text"]])
    if let tools = echo["tools"]?.toolsWithoutSecrets { echo["tools"] = tools }
    if case .array(let tools)? = echo["tools"] { echo["tools"] = .array(tools.map(tool)) }
    return echo
  }

  private static func filled(_ value: JSONValue?, _ defaults: JSONObject) -> JSONValue {
    var members = defaults
    for (name, value) in value?.object ?? [:] where !value.isNull { members[name] = value }
    return .object(members)
  }

  /// A function has all of its members, as at OpenAI.
  private static func tool(_ json: JSONValue) -> JSONValue {
    guard case .object(var members) = json, members["type"] == "function" else { return json }
    for name in ["description", "parameters", "strict"] where members[name] == nil { members[name] = .null }
    return .object(members)
  }
}
