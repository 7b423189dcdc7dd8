import Shared

/// What a ``ScriptedProvider`` answers one request with, as a JSON object says it.
///
/// `json`: the body. `text`, with `type`: any other body. `events`: a stream's, of which one that is
/// `{"pause_ms": N}` pauses, `{"raw": "text"}` is written as it is, `{"cut": true}` closes the connection and
/// `{"silence": true}` says nothing more. `embeddings`, with `at_most`: a vector for each input. `status` and
/// `headers`; `pause_ms_before` it begins; `done: false` leaves out OpenAI's `[DONE]`; `silence: true` is no answer.
///
/// A streamed request is answered with `events`, or with `json` told as a stream; any other one with `json`.
public struct ScriptedAnswer: Sendable {
  /// What happens on the connection, one after the other.
  enum Step: Sendable {
    case head(status: Int, headers: [(String, String)])
    case bytes(String)
    case pause(milliseconds: Int64)
    case end
    case cut
  }

  private let script: JSONValue

  public init(_ script: JSONValue) { self.script = script }

  func steps(for request: ScriptedProvider.Request) -> [Step] {
    let pause = script["pause_ms_before"]?.integer.map { [Step.pause(milliseconds: $0)] } ?? []
    if script["silence"] == true { return pause }
    return pause + answer(to: request)
  }

  private func answer(to request: ScriptedProvider.Request) -> [Step] {
    if let text = script["text"]?.string { return whole(text, type: script["type"]?.string ?? "text/plain") }
    if script["embeddings"] != nil { return embeddings(request) }
    if request.isStreamed, isGood {
      if let events = script["events"]?.array { return stream(events, request.dialect) }
      if let json = script["json"] {
        return stream(StreamedScript.events(of: json, request.dialect), request.dialect)
      }
    }
    return whole(text(script["json"] ?? .null), type: "application/json")
  }

  private var status: Int { Int(script["status"]?.integer ?? 200) }
  private var isGood: Bool { (200..<300).contains(status) }

  private func head(_ more: [(String, String)]) -> Step {
    let headers = (script["headers"]?.object ?? [:]).map { ($0.key, $0.value.string ?? "") }
    return .head(status: status, headers: more + headers)
  }

  private func whole(_ body: String, type: String) -> [Step] {
    [head([("content-type", type), ("content-length", String(body.utf8.count))]), .bytes(body), .end]
  }

  private func stream(_ events: [JSONValue], _ dialect: ScriptedProvider.Dialect) -> [Step] {
    var steps = [head([("content-type", "text/event-stream")])]
    for event in events {
      if let pause = event["pause_ms"]?.integer {
        steps.append(.pause(milliseconds: pause))
      } else if let raw = event["raw"]?.string {
        steps.append(.bytes(raw))
      } else if event["cut"] == true {
        return steps + [.cut]
      } else if event["silence"] == true {
        return steps
      } else {
        steps.append(.bytes(line(event, dialect)))
      }
    }
    if dialect == .openAI, script["done"] != false { steps.append(.bytes("data: [DONE]\n\n")) }
    return steps + [.end]
  }

  private func line(_ event: JSONValue, _ dialect: ScriptedProvider.Dialect) -> String {
    switch dialect {
    case .openAI:
      var chunk: JSONObject = ["id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"]
      for (name, value) in event.object ?? [:] { chunk[name] = value }
      return "data: \(text(.object(chunk)))\n\n"
    case .anthropic: return "event: \(event["type"]?.string ?? "")\ndata: \(text(event))\n\n"
    case .gemini: return "data: \(text(event))\r\n\r\n"
    }
  }

  /// A vector for each text: how many came before it in this call, and how long it is.
  private func embeddings(_ request: ScriptedProvider.Request) -> [Step] {
    let inputs = request.texts
    let limit = Int(script["embeddings"]?["at_most"]?.integer ?? .max)
    guard inputs.count <= limit else {
      let error: JSONValue = [
        "error": ["code": 400, "message": .string("at most \(limit) texts"), "status": "INVALID_ARGUMENT"]
      ]
      return ScriptedAnswer(["status": 400, "json": error]).answer(to: request)
    }
    let vectors = inputs.enumerated().map { place, text -> JSONValue in
      [.integer(Int64(place)), .integer(Int64(text.utf8.count))]
    }
    let json: JSONValue
    if request.dialect == .gemini {
      json = ["embeddings": .array(vectors.map { ["values": $0] })]
    } else {
      let data = vectors.enumerated().map { place, vector -> JSONValue in
        ["object": "embedding", "index": .integer(Int64(place)), "embedding": vector]
      }
      let tokens = JSONValue.integer(Int64(inputs.count))
      json = [
        "object": "list", "model": "m", "data": .array(data),
        "usage": ["prompt_tokens": tokens, "total_tokens": tokens],
      ]
    }
    return whole(text(json), type: "application/json")
  }

  private func text(_ json: JSONValue) -> String { String(buffer: json.serialized()) }
}
