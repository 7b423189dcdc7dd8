import Shared
import Synchronization
import TestSupport
import Testing

@Suite("Responses in the background: come back for, cancelled, resumed")
struct BackgroundResponseTests {
  private static let question: JSONObject = ["input": "Why is the sky blue?", "background": true]

  private func read(_ lab: ResponsesLab, _ id: String) async throws -> JSONValue {
    try await lab.api.get("/v1/responses/\(id)").json
  }

  private func events(
    _ lab: ResponsesLab, of id: String, _ query: String = "", from api: SluiceAPI? = nil
  ) async throws -> StreamedReply {
    try await (api ?? lab.api).stream("/v1/responses/\(id)?stream=true\(query)")
  }

  @Test("one is answered at once, and its client comes back for it", arguments: ResponsesLab.dialects)
  func comesBack(provider: String) async throws {
    try await ResponsesLab.with { lab in
      let reply = try await lab.ask(provider, Self.question)
      #expect(reply.status == 200, "\(reply.body)")
      #expect(["queued", "in_progress"].contains(reply.json["status"]))
      #expect(reply.json["background"] == true && reply.json["output"] == [] && reply.json["usage"] == .null)
      let id = try #require(reply.json["id"]?.string)
      let response = try await lab.ended(id)
      #expect(response["status"] == "completed")
      #expect(response["output"]?[0]?["content"]?[0]?["text"]?.string?.isEmpty == false)
      #expect(response["created_at"] == reply.json["created_at"])
      let next = try await lab.ask(provider, ["input": "Go on.", "previous_response_id": .string(id)])
      #expect(next.status == 200, "\(next.body)")
    }
  }

  @Test("cancelling stops the provider's call; again, or after the end, it is as it was")
  func cancelled() async throws {
    try await ResponsesLab.with { lab in
      try await lab.hang()
      let id = try #require(try await lab.ask("chat", Self.question).json["id"]?.string)
      try await lab.waitForCalls(1)
      #expect(try await read(lab, id)["status"] == "in_progress")
      let running = try await lab.ask("chat", ["input": "Go on.", "previous_response_id": .string(id)])
      #expect(running.status == 400)
      #expect(running.json["error"]?["param"] == "previous_response_id")
      // As OpenAI's SDK sends it: JSON by its type, and nothing in it.
      let cancelled = try await lab.api.call(.POST, "/v1/responses/\(id)/cancel")
      #expect(cancelled.status == 200, "\(cancelled.body)")
      #expect(cancelled.json["status"] == "cancelled" && cancelled.json["error"] == .null)
      try await lab.waitForCalls(0)
      let again = try await lab.api.call(.POST, "/v1/responses/\(id)/cancel")
      #expect(again.status == 200 && again.json == cancelled.json)
      #expect(try await read(lab, id) == cancelled.json)
      let next = try await lab.ask("chat", ["input": "Go on.", "previous_response_id": .string(id)])
      #expect(next.status == 200, "\(next.body)")
    }
  }

  @Test("an API that stops breaks a stream off without an end, and another one goes on with it")
  func takenUpElsewhere() async throws {
    try await ResponsesLab.with { lab in
      try await lab.cluster.simulator.script([
        [
          "provider": "*",
          "behaviour": ["answer": .string(String(repeating: "word ", count: 90)), "drip_ms": 200],
        ]
      ])
      let soon = lab.environment.merging(["DRAIN_TIMEOUT": "1"]) { _, new in new }
      let leaving = try await lab.cluster.startAPI(environment: soon)
      let stop = Mutex<Task<Void, Never>?>(nil)
      let body = Self.question.merging(["model": "chat/m", "stream": true]) { own, _ in own }
      let begun = try await StreamedReply.to(
        leaving.url + "/v1/responses", method: .POST, headers: ["X-API-Key": SluiceCluster.key],
        body: .object(body)
      ) { events in
        if events.last?.name == "response.output_text.delta" {
          stop.withLock { $0 = $0 ?? Task { await leaving.process.terminate() } }
        }
        return false
      }
      await stop.withLock { $0 }?.value
      #expect(!begun.events.contains { $0.name == "response.failed" || $0.name == "response.completed" })
      let id = try #require(begun.events.first?.json["response"]?["id"]?.string)
      let rest = try await events(lab, of: id, "&starting_after=\(begun.events.count - 1)").events
      #expect(rest.last?.name == "response.completed")
      let numbers = (begun.events + rest).compactMap { $0.json["sequence_number"]?.integer }
      #expect(numbers == (0..<Int64(numbers.count)).map { $0 })
    }
  }

  @Test("one that is deleted while it runs stops, and is gone")
  func deleted() async throws {
    try await ResponsesLab.with { lab in
      try await lab.hang()
      let id = try #require(try await lab.ask("chat", Self.question).json["id"]?.string)
      try await lab.waitForCalls(1)
      #expect(try await lab.api.call(.DELETE, "/v1/responses/\(id)").status == 200)
      try await lab.waitForCalls(0)
      #expect(try await lab.api.get("/v1/responses/\(id)").status == 404)
    }
  }

  @Test("a stream is taken up at any event, by another API, while it comes and after its end")
  func resumed() async throws {
    try await ResponsesLab.with { lab in
      let other = try await lab.cluster.startAPI(environment: lab.environment)
      var body = Self.question
      body["model"] = "chat/m"
      body["stream"] = true
      let first = try await lab.api.stream("/v1/responses", method: .POST, body: .object(body)) {
        $0.count >= 4
      }
      let id = try #require(first.events.first?.json["response"]?["id"]?.string)
      let seen = Array(first.events.prefix(4))
      let rest = try await events(lab, of: id, "&starting_after=3", from: other)
      let all = seen + rest.events
      let joined = JoinedResponse(all.map { ($0.name, $0.json) })
      #expect(joined.faults == [])
      #expect(joined.end == "response.completed")
      #expect(try await read(lab, id)["output"] == joined.response["output"])
      let whole = try await events(lab, of: id)
      #expect(whole.events.map(\.name) == all.map(\.name))
      for number in whole.events.indices {
        let later = try await events(lab, of: id, "&starting_after=\(number)", from: other)
        #expect(later.events == Array(whole.events.dropFirst(number + 1)), "after \(number)")
      }
      let beyond = try await events(lab, of: id, "&starting_after=\(whole.events.count)")
      #expect(beyond.status == 400)
      #expect(beyond.body.contains(#""param":"starting_after""#), "\(beyond.body)")
      await other.process.killNow()
    }
  }

  @Test("a worker's death before the first word: the response begins anew, and its stream goes on")
  func deathBefore() async throws {
    try await ResponsesLab.with { lab in
      try await lab.hang()
      var body = Self.question
      body["model"] = "chat/m"
      body["stream"] = true
      let asked = try await lab.api.stream("/v1/responses", method: .POST, body: .object(body)) {
        !$0.isEmpty
      }
      let id = try #require(asked.events.first?.json["response"]?["id"]?.string)
      try await lab.waitForCalls(1)
      let second = try await lab.cluster.startWorker(environment: lab.environment, seenBy: lab.api)
      await lab.worker.killNow()
      let joined = JoinedResponse(try await events(lab, of: id))
      #expect(joined.faults == [])
      #expect(joined.end == "response.completed")
      await second.killNow()
    }
  }

  @Test(
    "a worker's death behind the first word: the response fails with what was said, and that is told to its end"
  )
  func deathBehind() async throws {
    try await ResponsesLab.with { lab in
      try await lab.cluster.simulator.script([
        [
          "provider": "openai", "times": 1,
          "behaviour": ["hang_after_events": 4, "answer": "One two three four five six."],
        ]
      ])
      var body = Self.question
      body["model"] = "chat/m"
      body["stream"] = true
      let asked = try await lab.api.stream("/v1/responses", method: .POST, body: .object(body)) { events in
        events.contains { $0.name == "response.output_text.delta" }
      }
      let id = try #require(asked.events.first?.json["response"]?["id"]?.string)
      let second = try await lab.cluster.startWorker(environment: lab.environment, seenBy: lab.api)
      await lab.worker.killNow()
      let joined = JoinedResponse(try await events(lab, of: id))
      #expect(joined.faults == [])
      #expect(joined.end == "response.failed")
      #expect(joined.text.hasPrefix("One"))
      let response = try await read(lab, id)
      #expect(response["status"] == "failed")
      #expect(response["output"] == joined.response["output"])
      #expect(response["error"]?["message"]?.string?.isEmpty == false)
      await second.killNow()
    }
  }

  @Test("what cannot be is told in OpenAI's form")
  func invalid() async throws {
    try await ResponsesLab.with { lab in
      let unkept = try await lab.ask("chat", ["input": "Hi", "background": true, "store": false])
      #expect(unkept.status == 400)
      #expect(unkept.json["error"]?["param"] == "background")
      let several = try await lab.ask("chat", ["input": "Hi", "n": 2])
      #expect(several.status == 400 && several.json["error"]?["code"] == "unknown_parameter")
      let id = try #require(try await lab.ask("chat", ["input": "Hi"]).json["id"]?.string)
      for (query, parameter) in [
        ("stream=true", "stream"), ("stream=true&starting_after=-1", "starting_after"),
        ("stream=true&starting_after=x", "starting_after"),
      ] {
        let reply = try await lab.api.get("/v1/responses/\(id)?\(query)")
        #expect(reply.status == 400)
        #expect(reply.json["error"]?["param"]?.string == parameter, "\(reply.body)")
        #expect(reply.json["error"]?["type"] == "invalid_request_error")
      }
      #expect(try await lab.api.call(.POST, "/v1/responses/\(id)/cancel").status == 400)
      #expect(try await lab.api.call(.POST, "/v1/responses/resp_1/cancel").status == 404)
    }
  }
}
