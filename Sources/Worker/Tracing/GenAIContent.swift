import NIOCore
import Shared
import Tracing

/// What was asked and answered, for those who want contents in their traces: as OpenTelemetry's GenAI conventions have it
/// (`gen_ai.input.messages`…), and under the names by which Phoenix and others that follow OpenInference read it, Langfuse
/// among them.
enum GenAIContent {
  private static let shown = LoggedContents(bytes: 64 * 1024, rate: 1)

  static func attributes(of request: JobRequest, asked model: String) -> SpanAttributes {
    guard case .chat(let conversation) = request else { return input(of: request) }
    var attributes: SpanAttributes = [
      "openinference.span.kind": "LLM", "llm.model_name": .string(model),
    ]
    var writer = GenAIMessageWriter()
    let isInstruction: (Turn) -> Bool = { $0.role == .system || $0.role == .developer }
    let instructions = conversation.turns.filter(isInstruction).flatMap(\.parts)
    if !instructions.isEmpty {
      attributes["gen_ai.system_instructions"] = writer.parts(instructions)
    }
    let messages = writer.messages(conversation.turns.filter { !isInstruction($0) })
    attributes["gen_ai.input.messages"] = messages
    attributes["input.value"] = messages
    attributes["input.mime_type"] = "application/json"
    let turns = conversation.turns.map { (role: $0.role.rawValue, parts: $0.parts) }
    attributes.merge(OpenInferenceMessages.attributes("llm.input_messages", of: turns))
    return attributes
  }

  /// Of what is no conversation: its text, or several and tokens as JSON.
  private static func input(of request: JobRequest) -> SpanAttributes {
    let (kind, input): (String, JSONValue?) =
      switch request {
      case .embedding(let request): ("EMBEDDING", request.input)
      case .completion(let request): ("LLM", request.prompt)
      case .moderation(let request): ("GUARDRAIL", request.input)
      case .chat, .count: ("LLM", nil)
      }
    var attributes: SpanAttributes = ["openinference.span.kind": .string(kind)]
    guard let input else { return attributes }
    let text = input.string ?? String(buffer: input.serialized())
    attributes["input.value"] = shown.shown(text)
    attributes["input.mime_type"] = input.string == nil ? "application/json" : "text/plain"
    return attributes
  }

  static func attributes(of answer: ProviderAnswer, to request: JobRequest) -> SpanAttributes {
    let usage = answer.answer.usage
    var attributes: SpanAttributes = [:]
    if !usage.isZero {
      attributes["llm.token_count.prompt"] = usage.promptTokens
      attributes["llm.token_count.completion"] = usage.completionTokens
      attributes["llm.token_count.total"] = usage.totalTokens
    }
    switch request {
    case .chat, .completion: break
    // Numbers, and verdicts on what stands in the input.
    case .embedding, .moderation, .count: return attributes
    }
    var writer = GenAIMessageWriter()
    let messages = writer.messages(answer.answer.choices)
    attributes["gen_ai.output.messages"] = messages
    attributes["output.value"] = messages
    attributes["output.mime_type"] = "application/json"
    let choices = answer.answer.choices.map { (role: Turn.Role.assistant.rawValue, parts: $0.parts) }
    attributes.merge(OpenInferenceMessages.attributes("llm.output_messages", of: choices))
    return attributes
  }
}
