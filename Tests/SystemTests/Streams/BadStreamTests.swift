import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Providers whose streams go wrong")
struct BadStreamTests {
  /// Asks with the first provider misbehaving and the others sound.
  private func ask(
    _ behaviour: JSONValue, environment: [String: String] = [:]
  ) async throws -> StreamedReply {
    var reply: StreamedReply?
    try await SluiceCluster.withOneOfEach(environment: environment) { cluster, api in
      try await cluster.simulator.script([["provider": "gemini", "behaviour": behaviour]])
      reply = try await api.stream(
        "/query", method: .POST, body: ["prompt": "Why?", "stream": true, "cache": "use"])
      if reply?.events.last?.json["status"] == "failed" {
        try await cluster.simulator.reset()
        let again = try await api.post("/query", ["prompt": "Why?"])
        #expect(again.status == 200 && again.headers["x-cache"] == "miss", "nothing of it was cached")
      }
    }
    return try #require(reply)
  }

  @Test(
    "what goes wrong before the first word costs nothing: the next provider answers",
    arguments: [
      ["status": 503], ["status": 429], ["body": "html"], ["body": "empty"], ["body": "garbage"],
      ["cut": "before_headers"], ["cut": "before_body"], ["raw_body": "{\"candidates\":"],
      ["huge_headers": true], ["finish_reason": "SAFETY", "answer": ""],
    ] as [JSONValue])
  func early(behaviour: JSONValue) async throws {
    let reply = try await ask(behaviour)
    let done = try #require(reply.events.last)
    #expect(done.name == "done" && done.json["result"]?["provider"] == "groq", "\(done)")
    #expect(reply.events.text == done.json["result"]?["response"]?.string)
    #expect(!reply.events.contains { $0.name == "restart" })
  }

  @Test(
    "what breaks off after the first word ends with an error, and no other provider is asked",
    arguments: [
      ["cut": "mid_stream"], ["cut": "mid_body"], ["cut": "before_terminal_event"], ["body": "error_200"],
      ["hang": "mid_stream"], ["finish_reason": ""],
    ] as [JSONValue])
  func late(behaviour: JSONValue) async throws {
    // Long enough that only the one that hangs is silent for so long.
    let reply = try await ask(behaviour, environment: ["PROVIDER_IDLE_TIMEOUT": "5"])
    #expect(reply.events.suffix(2).map(\.name) == ["error", "done"], "\(reply.events)")
    #expect(reply.events.suffix(2).first?.json["code"] == "stream_interrupted")
    #expect(!reply.events.text.isEmpty)
    #expect(reply.events.last?.json["error"]?["cascade_path"]?.array?.count == 1)
  }

  @Test("an endless stream is cut, and the worker stays small")
  func endless() async throws {
    // Half of the usual bound: a debug build takes minutes for all of it while others work.
    try await SluiceCluster.with(environment: ["MAX_ANSWER_BYTES": "\(32 << 20)"]) { cluster in
      let api = try await cluster.startAPI()
      let worker = try await cluster.startWorker(seenBy: api)
      _ = try await api.post("/query", ["prompt": "warm"])
      let memory = MemoryWatch(worker, allowance: 64 << 20)
      try await cluster.simulator.script([["provider": "*", "behaviour": ["endless": true]]])
      let job = try await api.post("/jobs", ["prompt": "Go", "stream": true, "cache": "off"])
      let id = try #require(job.json["id"]?.string)
      let end = try await api.get("/jobs/\(id)?wait=300")
      #expect(end.json["error"]?["code"] == "answer_too_large", "\(end.json)")
      #expect(end.body.contains("answer over 32 MiB (MAX_ANSWER_BYTES)"))
      #expect(end.json["attempts"] == 1, "it is not bought again")
      memory.check()
      await worker.killNow()
      await api.process.killNow()
    }
  }
}
