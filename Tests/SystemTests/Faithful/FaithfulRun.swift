import NIOCore
import Shared
import TestSupport
import Testing

/// One case put to real processes.
struct FaithfulRun: Sendable {
  /// What one request came to.
  private struct Reply {
    let way: String
    let status: Int
    let headers: [String: String]
    let document: JSONValue
    var faults: [String] = []
  }

  private enum Cache: String {
    case use, refresh, off
  }

  let lab: FaithfulLab
  let place: Int

  private var row: FaithfulCase { lab.file.cases[place] }
  private var model: String { lab.file.route(place) }

  /// Asks all that the case asks, and records what differs from what it expects.
  func callAsFunction() async {
    do {
      for ask in row.asks { try await put(ask) }
      expectCalls()
      for sent in row.sent { expect(sent) }
      if row.leavesCircuitsClosed { try await expectClosedCircuits() }
    } catch {
      Issue.record("\(lab.file.kind): \(row.name): \(error)")
    }
  }

  private func put(_ ask: FaithfulCase.Ask) async throws {
    var first: Reply?
    for way in ask.ways {
      let replies = try await self.replies(to: ask, way)
      for reply in replies { try await expect(reply, ask) }
      // What the cache repeats is the same call; another call has ids of its own where its provider tells none.
      if let leader = replies.first {
        for other in replies.dropFirst() { expectEqual(leader, other, withIDs: true) }
        if let first { expectEqual(first, leader, withIDs: false) }
        first = first ?? leader
      }
    }
  }

  private func replies(to ask: FaithfulCase.Ask, _ way: FaithfulCase.Way) async throws -> [Reply] {
    switch way {
    case .whole: [try await whole(ask, "whole", .off)]
    case .streamed: [try await streamed(ask, "streamed", .off)]
    case .plain: [try await whole(ask, "whole", nil)]
    case .plainStream: [try await streamed(ask, "streamed", nil)]
    case .stored: [try await whole(ask, "whole, to be stored", .refresh)] + (try await hits(ask))
    case .storedStream: [try await streamed(ask, "streamed, to be stored", .refresh)] + (try await hits(ask))
    case .coalesced: try await coalesced(ask)
    }
  }

  // MARK: - Ways to ask

  private func whole(
    _ ask: FaithfulCase.Ask, _ way: String, _ cache: Cache?, _ more: JSONObject = [:]
  ) async throws -> Reply {
    var body = ask.body.merging(more) { _, given in given }
    body["model"] = .string(model)
    if !ask.path.contains("v1"), !ask.path.contains("completions"), let cache {
      body["cache"] = .string(cache.rawValue)
    }
    var reply = try await lab.api.post(ask.path, .object(body), headers: headers(ask, cache))
    if ask.path == "/jobs", let id = reply.json["id"]?.string {
      reply = try await lab.api.get("/jobs/\(id)?wait=120")
    }
    return Reply(way: way, status: reply.status, headers: reply.headers, document: reply.json)
  }

  private func streamed(_ ask: FaithfulCase.Ask, _ way: String, _ cache: Cache?) async throws -> Reply {
    var body = ask.body
    body["model"] = .string(model)
    body["stream"] = true
    if body["stream_options"] == nil { body["stream_options"] = ["include_usage": true] }
    let reply = try await lab.api.stream(
      ask.path, method: .POST, headers: headers(ask, cache), body: .object(body))
    guard reply.status == 200 else {
      let error = (try? JSONParser.parse(reply.body)) ?? .null
      return Reply(way: way, status: reply.status, headers: reply.headers, document: error)
    }
    let joined = JoinedChunks(reply)
    var faults = joined.faults
    if joined.isDone == ask.expected.breaks {
      faults.append(joined.isDone ? "it ends well" : "it has no [DONE]")
    }
    if joined.isDone { faults += try await eventFaults(reply.headers["x-sluice-job"], joined.document) }
    return Reply(
      way: way, status: reply.status, headers: reply.headers, document: joined.document, faults: faults)
  }

  /// The job's own events tell the same text.
  private func eventFaults(_ job: String?, _ document: JSONValue) async throws -> [String] {
    guard let job else { return ["it names no job"] }
    let events = try await lab.api.stream("/jobs/\(job)/events").events
    let told = events.filter { $0.name == "delta" }.compactMap { $0.json["text"]?.string }.joined()
    let text = Expectation.value(at: "choices[0].message.content", in: document)?.string ?? ""
    return told == text ? [] : ["its events say \(told)"]
  }

  private func hits(_ ask: FaithfulCase.Ask) async throws -> [Reply] {
    var replies = [
      try await whole(ask, "whole from the cache", .use),
      try await streamed(ask, "streamed from the cache", .use),
    ]
    for place in replies.indices where replies[place].headers["x-cache"] != "hit" {
      replies[place].faults.append("x-cache is \(replies[place].headers["x-cache"] ?? "not there")")
    }
    return replies
  }

  private func coalesced(_ ask: FaithfulCase.Ask) async throws -> [Reply] {
    // Not the request of the other ways, which may be stored by now.
    let more: JSONObject = ["max_tokens": 77]
    let name = lab.file.provider(place, 0)
    let before = lab.provider.requests(of: name).count
    lab.provider.hold(name)
    defer { lab.provider.letGo(name) }
    async let first = whole(ask, "whole, which another one follows", .use, more)
    try await eventually("the provider is asked") { lab.provider.requests(of: name).count > before }
    let jobs = try await countJobs()
    async let second = whole(ask, "coalesced", .use, more)
    try await eventually("the second job is there") { try await countJobs() > jobs }
    lab.provider.letGo(name)
    var replies = try await [first, second]
    if replies[1].headers["x-cache"] != "coalesced" {
      replies[1].faults.append("x-cache is \(replies[1].headers["x-cache"] ?? "not there")")
    }
    return replies
  }

  private func countJobs() async throws -> Int {
    let page = try await lab.api.get("/jobs?limit=100").json
    let jobs = page.object?.values.compactMap(\.array).first ?? []
    return jobs.count { $0["model"]?.string == model }
  }

  private func headers(_ ask: FaithfulCase.Ask, _ cache: Cache?) -> [String: String] {
    let control: [Cache: String] = [.refresh: "no-cache", .off: "no-store"]
    var headers = ask.headers
    if let cache {
      headers["X-Sluice-Cache"] = cache.rawValue
      headers["Cache-Control"] = control[cache]
    }
    return headers
  }

  // MARK: - What must come of it

  private func expect(_ reply: Reply, _ ask: FaithfulCase.Ask) async throws {
    var faults = reply.faults
    if reply.status != ask.expected.status { faults.append("the status is \(reply.status)") }
    faults += ask.expected.faults(in: reply.document)
    faults += ask.expected.faults(inHeaders: reply.headers)
    let job = reply.headers["x-sluice-job"] ?? reply.document["id"]?.string ?? ""
    if !ask.expected.job.isEmpty, reply.headers["x-cache"] != "hit", reply.headers["x-cache"] != "coalesced" {
      faults += Expectation.faults(ask.expected.job, in: try await lab.api.get("/jobs/\(job)").json)
    }
    report(faults, reply.way, reply.document)
  }

  /// Whole, streamed or from the cache: it is one answer.
  private func expectEqual(_ first: Reply, _ other: Reply, withIDs: Bool) {
    guard first.status == 200, other.status == 200 else { return }
    for path in ["choices[0].message", "choices[0].finish_reason", "choices[0].logprobs", "usage"] {
      let (left, right) = (
        Expectation.plain(Expectation.value(at: path, in: first.document) ?? .null, withIDs: withIDs),
        Expectation.plain(Expectation.value(at: path, in: other.document) ?? .null, withIDs: withIDs)
      )
      if !Expectation.equal(left, right) {
        let difference = "\(Expectation.short(right)), \(first.way) \(Expectation.short(left))"
        report(["\(path) is \(difference)"], other.way, .null)
      }
    }
  }

  private func expectCalls() {
    let calls = row.targets.indices.map { lab.provider.requests(of: lab.file.provider(place, $0)).count }
    if calls != row.calls {
      report(["targets were asked \(calls) times, expected \(row.calls)"], "calls", .null)
    }
  }

  private func expect(_ sent: FaithfulCase.Sent) {
    let requests = lab.provider.requests(of: lab.file.provider(place, sent.target))
    let index = sent.call ?? requests.count - 1
    guard requests.indices.contains(index) else {
      return report(["it was not asked"], "what target \(sent.target) got", .null)
    }
    let request = requests[index]
    let faults = sent.expected.faults(in: request.json) + sent.expected.faults(inHeaders: request.headers)
    let leaked = sent.without.filter { request.body.contains($0) }.map { "\($0) is in it" }
    report(faults + leaked, "what target \(sent.target) got", request.json)
  }

  private func expectClosedCircuits() async throws {
    let providers = try await lab.api.get("/providers").json["providers"]?.array ?? []
    for index in row.targets.indices {
      let name = lab.file.provider(place, index)
      let status = providers.first { $0["name"]?.string == name }?["status"]
      if status != "available" { report(["\(name) is \(Expectation.short(status))"], "circuits", .null) }
    }
  }

  private func report(_ faults: [String], _ way: String, _ document: JSONValue) {
    guard !faults.isEmpty else { return }
    let shown = document.isNull ? "" : " in \(String(buffer: document.serialized()).prefix(1500))"
    Issue.record("[\(lab.file.kind)] \(row.name): \(way): \(faults.joined(separator: "; "))\(shown)")
  }
}
