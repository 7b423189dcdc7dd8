import HTTPTypes
import NIOCore
import Shared

/// OpenAI's Responses (https://platform.openai.com/docs/api-reference/responses).
struct ResponsesDialect: Dialect {
  static let path = "/openai/v1/responses"

  /// What keys, errors and headers are the same in.
  let chat = OpenAIDialect(provider: .openai)

  func headers(id: String) -> HTTPFields { chat.headers(id: id) }

  func render(_ refusal: Refusal, model: String) -> RenderedError { chat.render(refusal, model: model) }

  func body(_ call: ChatCall, _ answer: Answer) -> JSONValue {
    .object(response(call, answer, output: ResponsesItems(call, answer).whole, isDone: true))
  }

  /// The object; of one that has begun there is no output yet.
  func response(_ call: ChatCall, _ answer: Answer, output: [JSONValue], isDone: Bool) -> JSONObject {
    var response: JSONObject = [
      "id": .string("resp_\(answer.id)"), "object": "response", "created_at": .integer(answer.created),
      "status": .string(isDone ? status(answer.finish) : "in_progress"),
      "completed_at": isDone ? .integer(answer.created + 1) : .null, "error": .null,
      "incomplete_details": .null, "model": .string(call.model), "output": .array(output), "usage": .null,
      "store": false, "service_tier": "default", "background": false, "truncation": "disabled",
      "parallel_tool_calls": true, "tool_choice": "auto", "tools": [], "metadata": [:],
    ]
    for (name, value) in call.responses.repeated { response[name] = value }
    guard isDone else { return response }
    if let reason = reason(answer.finish) { response["incomplete_details"] = ["reason": .string(reason)] }
    if let usage = answer.usage { response["usage"] = self.usage(usage) }
    return response
  }

  func status(_ finish: Answer.Finish) -> String { reason(finish) == nil ? "completed" : "incomplete" }

  private func reason(_ finish: Answer.Finish) -> String? {
    switch finish {
    case .stop, .toolCalls, .none: nil
    case .length: "max_output_tokens"
    case .blocked: "content_filter"
    case .named(let reason): reason
    }
  }

  private func usage(_ usage: Behaviour.Usage) -> JSONValue {
    [
      "input_tokens": .integer(Int64(usage.prompt)),
      "input_tokens_details": ["cached_tokens": .integer(Int64(usage.cached)), "cache_write_tokens": 0],
      "output_tokens": .integer(Int64(usage.completion)),
      "output_tokens_details": ["reasoning_tokens": .integer(Int64(usage.reasoning))],
      "total_tokens": .integer(Int64(usage.prompt + usage.completion)),
    ]
  }

  // MARK: - Streams

  func events(_ call: ChatCall, _ answer: Answer) -> [ByteBuffer] {
    var stream = ResponsesStream()
    let begun = JSONValue.object(response(call, answer, output: [], isDone: false))
    stream.add("response.created", ["response": begun])
    stream.add("response.in_progress", ["response": begun])
    let items = ResponsesItems(call, answer)
    items.tell(&stream)
    if answer.finish != .none {
      let done = response(call, answer, output: items.whole, isDone: true)
      stream.add("response.\(status(answer.finish))", ["response": .object(done)])
    }
    return stream.events
  }

  func terminalEventCount(_ call: ChatCall, _ answer: Answer) -> Int { answer.finish == .none ? 0 : 1 }

  /// Flat, as OpenAI's is; the number is that of an event which did not come.
  func errorEvent(_ call: ChatCall, _ answer: Answer, _ error: JSONValue) -> ByteBuffer {
    let error = error["error"] ?? error
    return ServerSentEvent.named([
      "type": "error", "code": error["code"] ?? "server_error", "message": error["message"] ?? "",
      "param": error["param"] ?? .null, "sequence_number": 99,
    ])
  }
}

/// The events of a stream, counted.
struct ResponsesStream {
  private(set) var events: [ByteBuffer] = []

  mutating func add(_ type: String, _ members: JSONObject) {
    var event: JSONObject = ["type": .string(type), "sequence_number": .integer(Int64(events.count))]
    for (name, value) in members { event[name] = value }
    events.append(ServerSentEvent.named(event))
  }
}
