import Foundation
import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Answers that are told while they come")
struct StreamTests {
  private static let words = (0..<60).map { "word\($0)" }.joined(separator: " ")

  /// Every provider tells `answer` in pieces with a pause between them.
  private func slowly(_ cluster: SluiceCluster, _ answer: String = words, pause: Int = 20) async throws {
    try await cluster.simulator.script([
      ["provider": "*", "behaviour": ["answer": .string(answer), "drip_ms": .integer(Int64(pause))]]
    ])
  }

  @Test("/query streams: numbered states, pieces that make the answer, and the job at its end")
  func query() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await slowly(cluster)
      let reply = try await api.stream(
        "/query", method: .POST, body: ["prompt": "Count", "stream": true, "cache": "off"])
      #expect(reply.status == 200 && reply.headers["content-type"]?.hasPrefix("text/event-stream") == true)
      #expect(reply.isWhole && reply.events.map(\.number) == Array(1...reply.events.count))
      #expect(reply.events.first?.name == "status" && reply.events.first?.json["status"] == "queued")
      #expect(reply.events.text == Self.words)
      #expect(reply.events.count { $0.name == "delta" } > 1, "it came in pieces")
      let done = try #require(reply.events.last)
      #expect(done.name == "done" && done.json["status"] == "succeeded")
      #expect(done.json["result"]?["response"]?.string == Self.words)
      #expect(done.json["result"]?["usage"]?["completion_tokens"]?.integer ?? 0 > 0)
      let path = try #require(reply.headers["location"])
      let again = try await api.stream("\(path)/events")
      #expect(again.events == reply.events, "the same again, also after the end")
      #expect(try await api.stream("\(path)/events?after=\(reply.events.count)").events.isEmpty)
    }
  }

  @Test("Accept: text/event-stream does the same, and the cache's answer comes in one piece")
  func cached() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      let accept = ["Accept": "text/event-stream"]
      let body: JSONValue = ["prompt": "Why?"]
      let first = try await api.stream("/query", method: .POST, headers: accept, body: body)
      let second = try await api.stream("/query", method: .POST, headers: accept, body: body)
      #expect(first.headers["x-cache"] == "miss" && second.headers["x-cache"] == "hit")
      #expect(second.events.map(\.name) == ["delta", "done"] && second.events.text == first.events.text)
      #expect(try await cluster.simulator.stats()["total"] == 1)
    }
  }

  @Test("200 streams cut at random points and gone on with through another process: whole, once, equal")
  func resumed() async throws {
    try await SluiceCluster.with(environment: ["WORKER_CONCURRENCY": "200"]) { cluster in
      try await slowly(cluster, pause: 5)
      let apis = [try await cluster.startAPI(), try await cluster.startAPI()]
      let worker = try await cluster.startWorker(seenBy: apis[0])
      let faults = try await withThrowingTaskGroup(of: String?.self) { group in
        for number in 0..<200 {
          group.addTask { try await readInPieces(number, apis) }
          if number >= 50 { _ = try await group.next() }
        }
        return try await group.reduce(into: []) { if let fault = $1 { $0.append(fault) } }
      }
      #expect(faults.isEmpty)
      await worker.killNow()
      for api in apis { await api.process.killNow() }
    }
  }

  /// Reads one answer with a new connection after every few events. Returns what is wrong with it.
  private func readInPieces(_ number: Int, _ apis: [SluiceAPI]) async throws -> String? {
    let job = try await apis[0].post(
      "/jobs", ["prompt": .string("Count \(number)"), "stream": true, "cache": "off"])
    let id = try #require(job.json["id"]?.string)
    var events: [StreamedReply.Event] = []
    for round in 0..<1000 where events.last?.name != "done" {
      let most = Int.random(in: 1...8)
      let header = events.last?.number.map { ["Last-Event-ID": "\($0)"] } ?? [:]
      events += try await apis[round % 2].stream("/jobs/\(id)/events", headers: header) {
        $0.count >= most
      }.events
    }
    if events.map(\.number) != Array(1...max(events.count, 1)) {
      return "\(number): \(events.map(\.number))"
    }
    return events.text == Self.words ? nil : "\(number): \(events.text)"
  }

  @Test("an API that is killed in mid-stream costs its readers a connection and not a word")
  func apiIsKilled() async throws {
    try await SluiceCluster.with { cluster in
      try await slowly(cluster, pause: 150)
      let first = try await cluster.startAPI()
      let second = try await cluster.startAPI()
      let worker = try await cluster.startWorker(seenBy: first)
      let begun = try await first.stream(
        "/query", method: .POST, body: ["prompt": "Count", "stream": true, "cache": "off"]
      ) { events in
        guard events.contains(where: { $0.name == "delta" }) else { return false }
        await first.process.killNow()
        return false
      }
      #expect(!begun.isWhole)
      let path = try #require(begun.headers["location"])
      let last = try #require(begun.events.last?.number)
      let rest = try await second.stream("\(path)/events?after=\(last)")
      #expect((begun.events + rest.events).text == Self.words)
      #expect((begun.events + rest.events).map(\.number) == Array(1...(last + rest.events.count)))
      await worker.killNow()
      await second.process.killNow()
    }
  }

  @Test(
    "a worker that is killed after the first words: an error that says so, or a second beginning if wanted",
    arguments: [false, true])
  func workerIsKilled(restarts: Bool) async throws {
    try await SluiceCluster.with { cluster in
      try await slowly(cluster, pause: 150)
      let api = try await cluster.startAPI()
      let worker = try await cluster.startWorker(seenBy: api)
      var successor: ChildProcess?
      let reply = try await api.stream(
        "/query", method: .POST,
        body: ["prompt": "Count", "stream": true, "cache": "off", "restart_stream": .bool(restarts)]
      ) { events in
        if successor == nil, events.last?.name == "delta" {
          await worker.killNow()
          successor = try await cluster.start("sluice-worker")
        }
        return false
      }
      let events = reply.events
      #expect(events.map(\.number) == Array(1...events.count))
      if restarts {
        let begin = try #require(events.firstIndex { $0.name == "restart" })
        #expect(Array(events[begin...]).text == Self.words)
        #expect(events.last?.json["status"] == "succeeded" && events.last?.json["attempts"] == 2)
      } else {
        #expect(events.suffix(2).map(\.name) == ["error", "done"])
        #expect(events.suffix(2).first?.json["code"] == "stream_interrupted")
        #expect(events.last?.json["status"] == "failed")
      }
      await successor?.killNow()
      await api.process.killNow()
    }
  }
}

extension [StreamedReply.Event] {
  /// What all deltas say together.
  var text: String {
    filter { $0.name == "delta" }.compactMap { $0.json["text"]?.string }.joined()
  }
}
