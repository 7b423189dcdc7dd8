import Foundation
import Shared
import TestSupport
import Testing

@Suite("Answers of many megabytes", .serialized)
struct LargeAnswerTests {
  /// As long as an image of 15 MiB in Base64.
  private static let text = String(repeating: "0123456789abcdef", count: (20 << 20) / 16)

  @Test("whole: from the provider to the client, in every route that tells it")
  func whole() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      let body: JSONValue = [
        "id": "c", "object": "chat.completion",
        "choices": [
          [
            "index": 0, "message": ["role": "assistant", "content": .string(Self.text)],
            "finish_reason": "stop",
          ]
        ],
      ]
      try await cluster.simulator.script([
        ["provider": "groq", "behaviour": ["raw_body": .string(body.description)]]
      ])
      let reply = try await api.post(
        "/v1/chat/completions",
        ["model": "groq/large", "messages": [["role": "user", "content": "Draw"]]])
      #expect(reply.status == 200)
      let content = reply.json["choices"]?[0]?["message"]?["content"]?.string
      #expect(content?.utf8.count == Self.text.utf8.count && content == Self.text)
      let job = try await api.get("/jobs/\(reply.headers["x-sluice-job"] ?? "")")
      #expect(job.json["result"]?["response"]?.string == Self.text)
      #expect(try await cluster.simulator.stats()["total"] == 1)
    }
  }

  @Test("streamed in one event: to who reads along, and to who reads again")
  func streamed() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      let events: [JSONValue] = [
        ["choices": [["index": 0, "delta": ["role": "assistant", "content": .string(Self.text)]]]],
        ["choices": [["index": 0, "delta": [:], "finish_reason": "stop"]]],
      ]
      let body = events.map { "data: \($0.description)\n\n" }.joined() + "data: [DONE]\n\n"
      try await cluster.simulator.script([
        [
          "provider": "groq",
          "behaviour": ["raw_body": .string(body), "headers": ["content-type": "text/event-stream"]],
        ]
      ])
      let reply = try await api.post(
        "/v1/chat/completions",
        ["model": "groq/large", "stream": true, "messages": [["role": "user", "content": "Draw"]]])
      #expect(reply.status == 200 && reply.body.hasSuffix("data: [DONE]\n\n"))
      #expect(Self.data(of: reply).contains { $0["choices"]?[0]?["delta"]?["content"]?.string == Self.text })
      let again = try await api.get("/jobs/\(reply.headers["x-sluice-job"] ?? "")/events")
      #expect(Self.data(of: again).contains { $0["text"]?.string == Self.text })
      #expect(try await cluster.simulator.stats()["total"] == 1)
    }
  }

  /// Of its events. By bytes, because to look for lines by characters takes minutes here.
  private static func data(of reply: HTTPReply) -> [JSONValue] {
    Data(reply.body.utf8).split(separator: 0x0A).compactMap { line in
      line.starts(with: Array("data: {".utf8))
        ? try? JSONParser.parse(String(decoding: line.dropFirst(6), as: UTF8.self)) : nil
    }
  }

  @Test("a worker that holds as much of answers as it may leaves jobs in the queue until there is room")
  func bound() async throws {
    try await SluiceCluster.with(environment: ["CASCADE": "groq", "WORKER_ANSWER_BYTES": "65536"]) {
      cluster in
      let api = try await cluster.startAPI()
      let worker = try await cluster.startWorker(seenBy: api)
      let text = String(repeating: "x", count: 300_000)
      try await cluster.simulator.script([
        ["times": 1, "behaviour": ["raw_body": .string(text), "hang": "mid_body"]]
      ])
      let first = try await api.post("/jobs", ["prompt": "a", "cache": "off"])
      try await worker.waitForOutput("WORKER_ANSWER_BYTES")
      let second = try await api.post("/jobs", ["prompt": "b", "cache": "off"])
      let path = "/jobs/\(second.json["id"]?.string ?? "")"
      #expect(try await api.get("\(path)?wait=3").json["status"] == "queued")
      _ = try await api.call(.DELETE, "/jobs/\(first.json["id"]?.string ?? "")")
      #expect(try await api.get("\(path)?wait=120").json["status"] == "succeeded")
      await worker.killNow()
      await api.process.killNow()
    }
  }
}
