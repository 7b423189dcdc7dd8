import HTTPTypes
import NIOCore
import Shared

/// Google's `generateContent` and `streamGenerateContent`.
struct GeminiDialect: Dialect {
  /// With these the model's words are withheld.
  private static let withholding: Set<String> = [
    "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
  ]

  /// The names of OpenAI's dialect, so that one rule can be for all providers.
  private static let names = ["stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"]

  func body(_ call: ChatCall, _ answer: Answer) -> JSONValue {
    .object(
      response(call, answer, text: answer.text, finish: answer.finish, completion: answer.usage?.completion))
  }

  func events(_ call: ChatCall, _ answer: Answer) -> [ByteBuffer] { chunks(call, answer).map(event) }

  /// The responses of a stream. Each has its part of the text and the usage so far; the last has the reason.
  func chunks(_ call: ChatCall, _ answer: Answer) -> [JSONObject] {
    let pieces = answer.pieces
    guard pieces.count > 1, answer.finish != .blocked else {
      return [
        response(call, answer, text: answer.text, finish: answer.finish, completion: answer.usage?.completion)
      ]
    }
    return pieces.enumerated().map { index, piece in
      let isLast = index == pieces.count - 1
      let completion = answer.usage.map { $0.completion * (index + 1) / pieces.count }
      return response(
        call, answer, text: piece, finish: isLast ? answer.finish : .none, completion: completion)
    }
  }

  func terminalEventCount(_ call: ChatCall, _ answer: Answer) -> Int { 1 }

  func errorEvent(_ call: ChatCall, _ answer: Answer, _ error: JSONValue) -> ByteBuffer {
    event(error.object ?? [:])
  }

  func headers(_ answer: Answer) -> HTTPFields {
    var headers: HTTPFields = [:]
    headers.set("server-timing", "gfet4t7; dur=20")
    headers.set("vary", "Origin, X-Origin, Referer")
    return headers
  }

  private func response(
    _ call: ChatCall, _ answer: Answer, text: String, finish: Answer.Finish, completion: Int?
  ) -> JSONObject {
    var response: JSONObject = [:]
    if finish == .blocked {
      response["promptFeedback"] = ["blockReason": "PROHIBITED_CONTENT"]
    } else {
      response["candidates"] = [.object(candidate(text, finish))]
    }
    if let usage = answer.usage {
      var counts: JSONObject = ["promptTokenCount": .integer(Int64(usage.prompt))]
      let completion = finish == .blocked ? 0 : completion ?? 0
      if finish != .blocked { counts["candidatesTokenCount"] = .integer(Int64(completion)) }
      counts["totalTokenCount"] = .integer(Int64(usage.prompt + completion))
      response["usageMetadata"] = .object(counts)
    }
    response["modelVersion"] = .string(call.model)
    response["responseId"] = .string(answer.id)
    return response
  }

  private func candidate(_ text: String, _ finish: Answer.Finish) -> JSONObject {
    var candidate: JSONObject = [:]
    let reason: String? =
      switch finish {
      case .stop: "STOP"
      case .length: "MAX_TOKENS"
      case .named(let reason): Self.names[reason] ?? reason
      case .blocked, .none: nil
      }
    if reason.map({ !Self.withholding.contains($0) }) ?? true {
      candidate["content"] = ["parts": [["text": .string(text)]], "role": "model"]
    }
    if let reason { candidate["finishReason"] = .string(reason) }
    candidate["index"] = 0
    return candidate
  }

  /// Google's lines end with CRLF.
  private func event(_ object: JSONObject) -> ByteBuffer {
    var buffer = ByteBuffer(string: "data: ")
    buffer.writeJSON(.object(object))
    buffer.writeStaticString("\r\n\r\n")
    return buffer
  }
}
