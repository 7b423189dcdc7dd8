import Shared
import TestSupport
import Testing

/// One mixture, asked for in every way there is.
struct MixtureRun: Sendable {
  /// What one way to ask told.
  private struct Reply {
    let way: String
    let headers: [String: String]
    let told: ToldAnswer
    var faults: [String] = []
  }

  /// What the client says of the cache.
  private enum Cache: String {
    case use, refresh, off
  }

  let lab: MixtureLab
  let mixture: Mixture

  private var body: JSONObject {
    ["model": .string(mixture.route), "messages": [["role": "user", "content": "Mix."]]]
  }

  /// Whether what the cache has of it comes from a stream; a stream that was withheld in part is not kept.
  private var storesStream: Bool { mixture.isKept(streamed: true) && mixture.seed.isMultiple(of: 2) }

  /// Asks, and records what differs from what the provider said.
  func callAsFunction() async {
    do {
      expect([try await whole("whole", .off)], streamed: false)
      expect([try await streamed("streamed", .off)], streamed: true)
      try await expectStored()
      expect(try await coalesced(), streamed: false)
      expect(try await job(), streamed: true)
      expectCalls()
    } catch {
      report(["\(error)"], "asking")
    }
  }

  // MARK: - Ways to ask

  private func headers(_ cache: Cache) -> [String: String] { ["X-Sluice-Cache": cache.rawValue] }

  private func whole(_ way: String, _ cache: Cache, _ more: JSONObject = [:]) async throws -> Reply {
    let body = body.merging(more) { $1 }
    let reply = try await lab.api.post("/v1/chat/completions", .object(body), headers: headers(cache))
    let faults = reply.status == 200 ? [] : ["the status is \(reply.status): \(reply.body.prefix(300))"]
    return Reply(
      way: way, headers: reply.headers, told: ToldAnswer(completion: reply.json), faults: faults)
  }

  private func streamed(_ way: String, _ cache: Cache) async throws -> Reply {
    var body = body
    body["stream"] = true
    body["stream_options"] = ["include_usage": true]
    let reply = try await lab.api.stream(
      "/v1/chat/completions", method: .POST, headers: headers(cache), body: .object(body))
    let joined = JoinedChunks(reply)
    var faults = joined.faults
    if reply.status != 200 { faults.append("the status is \(reply.status): \(reply.body.prefix(300))") }
    if !joined.isDone { faults.append("it has no [DONE]") }
    return Reply(
      way: way, headers: reply.headers, told: ToldAnswer(completion: joined.document), faults: faults)
  }

  /// An answer that is stored, by a whole one or by a stream, and both from the cache.
  private func expectStored() async throws {
    let first =
      storesStream
      ? try await streamed("streamed, to be stored", .refresh)
      : try await whole("whole, to be stored", .refresh)
    var replies = [
      first, try await whole("whole from the cache", .use),
      try await streamed("streamed from the cache", .use),
    ]
    for place in replies.indices.dropFirst() where replies[place].headers["x-cache"] != "hit" {
      replies[place].faults.append("x-cache is \(replies[place].headers["x-cache"] ?? "not there")")
    }
    expect(replies, streamed: storesStream)
  }

  /// Two equal requests, of which the second comes while the provider is asked for the first.
  private func coalesced() async throws -> [Reply] {
    // Not the request of the other ways, which is stored by now.
    let more: JSONObject = ["max_tokens": 77]
    let name = mixture.provider(0)
    let before = lab.provider.requests(of: name).count
    lab.provider.hold(name)
    defer { lab.provider.letGo(name) }
    async let first = whole("whole, which another one follows", .use, more)
    try await eventually("the provider is asked") { lab.provider.requests(of: name).count > before }
    async let second = whole("coalesced", .use, more)
    try await eventually("the second one waits for the first one's answer") { try await isWaiting() }
    lab.provider.letGo(name)
    var replies = try await [first, second]
    if replies[1].headers["x-cache"] != "coalesced" {
      replies[1].faults.append("x-cache is \(replies[1].headers["x-cache"] ?? "not there")")
    }
    return replies
  }

  /// Whether a job of this mixture is queued: one that no worker holds.
  private func isWaiting() async throws -> Bool {
    let page = try await lab.api.get("/jobs?status=queued&limit=100").json
    let jobs = page.object?.values.compactMap(\.array).first ?? []
    return jobs.contains { $0["model"]?.string == mixture.route }
  }

  /// A job that is watched: its events, and what it is afterwards.
  private func job() async throws -> [Reply] {
    let job = try await lab.api.post(
      "/jobs", .object(body.merging(["stream": true] as JSONObject) { $1 }), headers: headers(.off))
    let id = job.json["id"]?.string ?? ""
    let events = try await lab.api.stream("/jobs/\(id)/events").events
    let read = try await lab.api.get("/jobs/\(id)?wait=120").json
    var faults: [String] = []
    let told = ToldAnswer(events: events, faults: &faults)
    if events.map(\.number) != Array(1...max(events.count, 1)) { faults.append("\(events.map(\.number))") }
    if events.last?.name != "done" || events.contains(where: { $0.name == "restart" || $0.name == "error" }) {
      faults.append("its events are \(events.map(\.name))")
    }
    let status = read["status"] == "succeeded" ? [] : ["it is \(Expectation.short(read["status"]))"]
    return [
      Reply(way: "the job", headers: [:], told: ToldAnswer(job: read), faults: status),
      Reply(way: "the job's events", headers: [:], told: told, faults: faults),
    ]
  }

  // MARK: - What must come of it

  /// Replies of one call are equal, and what the provider said.
  private func expect(_ replies: [Reply], streamed: Bool) {
    let expected = mixture.told(streamed: streamed)
    for reply in replies {
      var faults = reply.faults + reply.told.differences(from: expected, withIDs: expected.hasIDs)
      if faults.isEmpty, let first = replies.first {
        faults = reply.told.differences(from: first.told, withIDs: true)
      }
      report(faults, reply.way)
    }
  }

  /// One for each answer that came neither from the cache nor from another one's call; the second target is asked once
  /// for each answer of the first that did not stand.
  private func expectCalls() {
    // Whole, streamed, to be stored, coalesced, the job.
    let asked = [false, true, storesStream, false, true]
    let expected = [asked.count, asked.count { !mixture.stands(streamed: $0) }]
    let calls = [0, 1].map { lab.provider.requests(of: mixture.provider($0)).count }
    if calls != expected { report(["the targets were asked \(calls) times, expected \(expected)"], "calls") }
  }

  private func report(_ faults: [String], _ way: String) {
    guard !faults.isEmpty else { return }
    let name = "\(mixture.dialect.rawValue), seed \(mixture.seed)"
    Issue.record(
      """
      [\(name)] \(way): \(faults.joined(separator: "; "))
      The provider's whole answer: \(mixture.wire.whole.description.prefix(1500))
      This one alone: SLUICE_MIXTURES=1 SLUICE_MIXTURES_FROM=\(mixture.seed)
      """)
  }
}
