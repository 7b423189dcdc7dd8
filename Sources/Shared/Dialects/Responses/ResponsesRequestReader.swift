public import OrderedCollections

/// Reads requests in the form of OpenAI's Responses (https://platform.openai.com/docs/api-reference/responses/create).
public enum ResponsesRequestReader {
  /// How an answer travels and is kept, and what is read apart.
  private static let ofTravel: Set<String> = [
    "model", "input", "instructions", "stream", "stream_options", "store", "background", "background_options",
    "metadata", "previous_response_id", "conversation",
  ]

  /// `members` are those beside the input; those that are none of ours, or not of our type, go to a provider that knows
  /// them.
  public static func conversation(
    model: String, _ input: ResponsesInput, instructions: [Turn] = [], _ members: JSONObject
  ) -> Conversation {
    var conversation = Conversation(
      model: model, turns: instructions + input.turns, dialect: .responses)
    var extras: JSONObject = [:]
    for (name, value) in members where !value.isNull && !ofTravel.contains(name) {
      if !take(name, value, &conversation, &extras) { extras[name] = value }
    }
    conversation.setExtras(extras)
    return conversation
  }

  private static func take(
    _ name: String, _ value: JSONValue, _ conversation: inout Conversation, _ extras: inout JSONObject
  ) -> Bool {
    switch name {
    case "max_output_tokens":
      guard let limit = value.integer else { return false }
      conversation.parameters.maxTokens = Int(clamping: limit)
      conversation.parameters.limitsCompletionTokens = true
    case "temperature": return set(&conversation.parameters.temperature, value.double)
    case "top_p": return set(&conversation.parameters.topP, value.double)
    case "presence_penalty": return set(&conversation.parameters.presencePenalty, value.double)
    case "frequency_penalty": return set(&conversation.parameters.frequencyPenalty, value.double)
    case "parallel_tool_calls": return set(&conversation.parameters.parallelToolCalls, value.bool)
    case "user": return set(&conversation.parameters.user, value.string)
    case "tools":
      guard let tools = value.array else { return false }
      conversation.tools = tools.map(Tool.init(responses:))
    case "tool_choice": conversation.toolChoice = ToolChoice(responses: value)
    case "text":
      guard case .object(var members) = value else { return false }
      if let format = members.removeValue(forKey: "format"), !format.isNull {
        conversation.parameters.responseFormat = ResponseFormat(responses: format)
      }
      if !members.isEmpty { extras[name] = .object(members) }
    case "reasoning":
      guard case .object(var members) = value else { return false }
      conversation.parameters.effort = members.removeValue(forKey: "effort")?.string
      if members["summary"]?.string != nil { conversation.parameters.showsThoughts = true }
      if !members.isEmpty { extras[name] = .object(members) }
    default: return false
    }
    return true
  }

  private static func set<Value>(_ place: inout Value?, _ value: Value?) -> Bool {
    guard let value else { return false }
    place = value
    return true
  }
}

/// The items of a request, read.
public struct ResponsesInput: Sendable {
  public let turns: [Turn]
  /// All that is wrong with them.
  public let faults: [InputFault]

  /// Reads the member `input`, a text or items.
  public init(_ json: JSONValue) {
    let reader = ResponsesItemReader(json)
    turns = reader.turns
    faults = reader.faults
  }

  /// Reads the member `instructions`, a text or items.
  public static func instructions(_ json: JSONValue) -> (turns: [Turn], faults: [InputFault]) {
    if case .string(let text) = json {
      if text.isEmpty { return ([], []) }
      let extras: JSONObject = [ResponsesItemReader.instructions: true]
      return ([Turn(role: .system, parts: [.text(text)], extras: extras)], [])
    }
    let reader = ResponsesItemReader(json)
    return (reader.turns, reader.faults)
  }
}
