import Shared
import TestSupport
import Testing

@Suite("What providers say of errors, through real processes", .serialized)
struct ProviderErrorTests {
  private let chat = "/v1/chat/completions"

  private func question(_ members: JSONObject = [:]) -> JSONValue {
    let question: JSONObject = [
      "model": "default", "messages": [["role": "user", "content": "Why is the sky blue?"]],
    ]
    return .object(question.merging(members) { $1 })
  }

  private func refusal(_ status: Int64, _ error: JSONValue) -> JSONValue {
    ["status": .integer(status), "raw_body": .string(error.description)]
  }

  @Test("a context that is too long is told as OpenAI tells it, whole and streamed, on all routes")
  func contextLength() async throws {
    let words = "This model's maximum context length is 128000 tokens."
    let error: JSONValue = [
      "error": [
        "message": .string(words), "type": "invalid_request_error", "param": "messages",
        "code": "context_length_exceeded",
      ]
    ]
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": refusal(400, error)]])
      for streams in [false, true] {
        let reply = try await api.post(chat, question(["stream": .bool(streams)]))
        let error = reply.json["error"]
        #expect(reply.status == 400, "\(reply.body)")
        #expect(error?["message"]?.string?.hasPrefix(words) == true && error?["param"] == "messages")
        #expect(error?["code"] == "context_length_exceeded" && error?["type"] == "invalid_request_error")
      }
      let native = try await api.post("/query", ["prompt": "a"])
      #expect(native.status == 502 && native.json["detail"]?.string?.contains(words) == true)
      let reasons = native.json["cascade_path"]?.array?.compactMap { $0["reason"]?.string }
      #expect(reasons == Array(repeating: "request refused (400): \(words)", count: 3))
      let job = try await api.post("/jobs", ["prompt": "a"])
      let end = try await api.get("\(try #require(job.headers["location"]))?wait=120")
      #expect(end.json["error"]?["message"]?.string?.contains(words) == true)
      #expect(end.json["error"]?["provider_error"]?["code"] == "context_length_exceeded")
    }
  }

  @Test(
    "Azure's filter is a filtered attempt: the next target is asked, and if all refuse the client is told why"
  )
  func azure() async throws {
    let words =
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
    let error: JSONValue = [
      "error": [
        "message": .string(words), "type": .null, "param": "prompt", "code": "content_filter", "status": 400,
        "innererror": [
          "code": "ResponsibleAIPolicyViolation",
          "content_filter_result": ["hate": ["filtered": true, "severity": "high"]],
        ],
      ]
    ]
    try await SluiceCluster.withOneOfEach(environment: ["CASCADE": "groq,openrouter"]) { cluster, api in
      try await cluster.simulator.script([["provider": "groq", "behaviour": refusal(400, error)]])
      let answer = try await api.post(chat, question())
      #expect(answer.status == 200 && answer.headers["x-sluice-provider"] == "openrouter")
      try await cluster.simulator.script([["provider": "*", "behaviour": refusal(400, error)]])
      for _ in 0..<6 {
        let refused = try await api.post(chat, question(["seed": 1]))
        #expect(refused.status == 400, "\(refused.body)")
        #expect(
          refused.json["error"]?["code"] == "content_filter" && refused.json["error"]?["param"] == "prompt")
        #expect(refused.json["error"]?["message"]?.string == words)
        #expect(refused.json["error"]?["type"] == "invalid_request_error")
      }
      let native = try await api.post("/query", ["prompt": "a"])
      #expect(native.status == 502 && native.json["detail"]?.string?.contains(words) == true)
      #expect(try await api.get("/health").json["status"] == "healthy", "the circuits do not count it")
    }
  }

  @Test(
    "other forms reach the client as well",
    arguments: [
      (
        422,
        #"{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}"#,
        "stream_options: Extra inputs are not permitted"
      ),
      (400, #"{"object":"error","message":"No such thing."}"#, "No such thing."),
      (400, "plain words", "plain words"),
      (404, "<html><head><title>404 Not Found</title></head></html>", "404 Not Found"),
    ] as [(Int64, String, String)])
  func otherForms(status: Int64, body: String, words: String) async throws {
    try await SluiceCluster.withOneOfEach(environment: ["CASCADE": "groq"]) { cluster, api in
      try await cluster.simulator.script([
        ["provider": "*", "behaviour": ["status": .integer(status), "raw_body": .string(body)]]
      ])
      let reply = try await api.post(chat, question())
      #expect(reply.status == 400 && reply.json["error"]?["message"]?.string == words, "\(reply.body)")
    }
  }

  @Test("an error in the middle of a stream has the provider's words")
  func midStream() async throws {
    try await SluiceCluster.withOneOfEach(environment: ["CASCADE": "groq"]) { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["body": "error_200"]]])
      let reply = try await api.stream(chat, method: .POST, body: question(["stream": true]))
      let error = try #require(reply.events.last?.json["error"])
      #expect(reply.status == 200 && reply.events.count > 1)
      let id = try #require(reply.headers["x-sluice-job"])
      let job = try await api.get("/jobs/\(id)").json["error"]
      let words = try #require(job?["provider_error"]?["message"]?.string)
      #expect(error["message"]?.string?.contains(words) == true, "\(error)")
      #expect(job?["message"]?.string?.contains(words) == true)
      #expect(job?["cascade_path"]?[0]?["reason"]?.string?.hasSuffix(words) == true)
    }
  }
}
