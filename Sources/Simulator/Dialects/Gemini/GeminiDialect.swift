import HTTPTypes
import NIOCore
import Shared

/// Google's `generateContent`, `streamGenerateContent`, `embedContent` and `batchEmbedContents`.
struct GeminiDialect: Dialect {
  /// With these the model's words are withheld.
  private static let withholding: Set<String> = [
    "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
    "MALFORMED_FUNCTION_CALL",
  ]

  /// The names of OpenAI's dialect, so that one rule can be for all providers.
  private static let names = [
    "stop": "STOP", "tool_calls": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY",
  ]

  func body(_ call: ChatCall, _ answer: Answer) -> JSONValue {
    if call.delivery == .count { return ["totalTokens": .integer(Int64(answer.usage?.prompt ?? 1))] }
    var parts: [JSONValue] = []
    if !answer.text.isEmpty || answer.toolCalls.isEmpty { parts.append(["text": .string(answer.text)]) }
    parts += callParts(call, answer)
    return .object(response(call, answer, parts, answer.finish, completion: answer.usage?.completion))
  }

  func events(_ call: ChatCall, _ answer: Answer) -> [ByteBuffer] {
    chunks(call, answer).map(ServerSentEvent.carriageReturnLineFeed)
  }

  /// The responses of a stream. Each has its part of the text, or a whole call, and the usage so far; the last
  /// has the reason. Behind calls that one is empty.
  func chunks(_ call: ChatCall, _ answer: Answer) -> [JSONObject] {
    var parts: [JSONValue] = answer.pieces.map { ["text": .string($0)] } + callParts(call, answer)
    if parts.isEmpty || !answer.toolCalls.isEmpty { parts.append(["text": ""]) }
    return parts.enumerated().map { index, part in
      let isLast = index == parts.count - 1
      let completion = answer.usage.map { $0.completion * (index + 1) / parts.count }
      return response(call, answer, [part], isLast ? answer.finish : .none, completion: completion)
    }
  }

  func terminalEventCount(_ call: ChatCall, _ answer: Answer) -> Int { 1 }

  func errorEvent(_ call: ChatCall, _ answer: Answer, _ error: JSONValue) -> ByteBuffer {
    ServerSentEvent.carriageReturnLineFeed(error.object ?? [:])
  }

  func headers(id: String) -> HTTPFields {
    var headers: HTTPFields = [:]
    headers.set("server-timing", "gfet4t7; dur=20")
    headers.set("vary", "Origin, X-Origin, Referer")
    return headers
  }

  /// The first of them carries the signature of the thoughts behind all. Calls have ids since Gemini 3.
  private func callParts(_ call: ChatCall, _ answer: Answer) -> [JSONValue] {
    answer.toolCalls.enumerated().map { index, toolCall in
      var function: JSONObject = ["name": .string(toolCall.name), "args": toolCall.arguments]
      if ThoughtSignature.isDemanded(by: call.model) { function["id"] = .string("\(answer.id)\(index)") }
      var part: JSONObject = ["functionCall": .object(function)]
      if index == 0 { part["thoughtSignature"] = .string(ThoughtSignature.make(answer.id)) }
      return .object(part)
    }
  }

  private func response(
    _ call: ChatCall, _ answer: Answer, _ parts: [JSONValue], _ finish: Answer.Finish, completion: Int?
  ) -> JSONObject {
    var response: JSONObject = [:]
    if finish == .blocked {
      response["promptFeedback"] = ["blockReason": "PROHIBITED_CONTENT"]
    } else {
      response["candidates"] = [.object(candidate(parts, finish))]
    }
    if let usage = answer.usage {
      let completion = finish == .blocked ? nil : completion ?? 0
      response["usageMetadata"] = .object(counts(usage, completion: completion))
    }
    response["modelVersion"] = .string(call.model)
    response["responseId"] = .string(answer.id)
    return response
  }

  /// Thoughts are told apart from the candidates.
  private func counts(_ usage: Behaviour.Usage, completion: Int?) -> JSONObject {
    var counts: JSONObject = ["promptTokenCount": .integer(Int64(usage.prompt))]
    if usage.cached > 0 { counts["cachedContentTokenCount"] = .integer(Int64(usage.cached)) }
    let thoughts = usage.reasoning
    if let completion { counts["candidatesTokenCount"] = .integer(Int64(completion - thoughts)) }
    if thoughts > 0 { counts["thoughtsTokenCount"] = .integer(Int64(thoughts)) }
    counts["totalTokenCount"] = .integer(Int64(usage.prompt + (completion ?? 0)))
    return counts
  }

  private func candidate(_ parts: [JSONValue], _ finish: Answer.Finish) -> JSONObject {
    var candidate: JSONObject = [:]
    let reason: String? =
      switch finish {
      case .stop, .toolCalls: "STOP"
      case .length: "MAX_TOKENS"
      case .named(let reason): Self.names[reason] ?? reason
      case .blocked, .none: nil
      }
    if reason.map({ !Self.withholding.contains($0) }) ?? true {
      candidate["content"] = ["parts": .array(parts), "role": "model"]
    }
    if let reason { candidate["finishReason"] = .string(reason) }
    candidate["index"] = 0
    return candidate
  }
}
