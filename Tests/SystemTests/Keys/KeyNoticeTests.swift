import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Tenants and operators are told of limits and budgets")
struct KeyNoticeTests {
  private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
  private static let environment = [
    "WEBHOOK_SECRET": secret, "ALLOW_HTTP_CALLBACKS": "true", "CALLBACK_NETWORKS": "127.0.0.0/8",
  ]
  /// Any answer costs more.
  private static let tiny: JSONValue = ["usd": 0.000000001, "per": "month", "kind": "soft"]

  /// What a receiver was sent, its signatures checked.
  private func checked(_ receiver: WebhookReceiver, _ count: Int) async throws -> [WebhookReceiver.Request] {
    try await eventually("the receiver is called") { receiver.requests.count >= count }
    for request in receiver.requests {
      let signature = WebhookSignature(
        id: try #require(request.headers["webhook-id"]),
        timestamp: try #require(request.headers["webhook-timestamp"].flatMap { Int64($0) }),
        body: ByteBuffer(string: request.body), secret: try #require(WebhookSecret(parsing: Self.secret)))
      #expect(request.headers["webhook-signature"] == signature.value)
    }
    return receiver.requests
  }

  private func webhook(_ receiver: WebhookReceiver, _ events: JSONValue = .null) -> JSONValue {
    ["url": .string(receiver.url), "events": events]
  }

  @Test("a budget that is spent is told by a signed call, a line of the log and the metrics")
  func budget() async throws {
    try await WebhookReceiver.with(.status(204)) { receiver in
      try await WebhookReceiver.with(.status(204)) { other in
        try await KeyLab.with(worker: false, environment: Self.environment) { lab in
          let worker = try await lab.cluster.startWorker(seenBy: lab.api)
          try await lab.makeTenant(
            "search",
            [
              "budgets": [Self.tiny],
              "webhooks": [webhook(receiver), webhook(other, ["limit.reached"])],
            ])
          let (_, key) = try await lab.makeKey(of: "search")
          #expect(try await lab.ask(key).status == 200)
          #expect(try await lab.ask(key).status == 200)
          let event = try await checked(receiver, 1)[0].json
          #expect(event["type"] == "budget.spent")
          let data = event["data"]
          #expect(data?["tenant"] == "search" && data?["scope"] == "tenant" && data?["key"] == .null)
          #expect(data?["percent"] == 100 && data?["budget"]?["per"] == "month")
          #expect(data?["budget"]?["kind"] == "soft" && (data?["used"]?.double ?? 0) > 0)
          #expect(data?["resets_at"]?.string?.hasSuffix("Z") == true)
          try await eventually("the delivery has ended") {
            try await lab.api.get("/metrics").body.contains(#"sluice_deliveries_total{state="succeeded"} 1"#)
          }
          #expect(try await lab.api.get("/metrics").body.contains(#"sluice_notices_total{kind="spent"} 1"#))
          #expect(receiver.requests.count == 1 && other.requests.isEmpty)
          let lines = try await eventually("it stands in the log") { () -> [Substring]? in
            let lines = worker.log.split(separator: "\n").filter { $0.contains("has spent 100 % of it") }
            return lines.isEmpty ? nil : lines
          }
          #expect(lines.count == 1 && lines[0].contains("tenant search may spend"))
          #expect(!worker.log.contains("team=7"), "a URL may hold a secret")
          await worker.killNow()
        }
      }
    }
  }

  @Test("a worker that is killed while it calls loses no notice; the receiver knows it by its id")
  func killed() async throws {
    try await WebhookReceiver.with(.silence, .status(200)) { receiver in
      try await KeyLab.with(worker: false, environment: Self.environment) { lab in
        let first = try await lab.cluster.startWorker(seenBy: lab.api)
        try await lab.makeTenant("search", ["budgets": [Self.tiny], "webhooks": [webhook(receiver)]])
        let (_, key) = try await lab.makeKey(of: "search")
        #expect(try await lab.ask(key).status == 200)
        _ = try await checked(receiver, 1)
        await first.killNow()
        let second = try await lab.cluster.start("sluice-worker")
        let calls = try await checked(receiver, 2)
        #expect(Set(calls.compactMap { $0.headers["webhook-id"] }).count == 1)
        #expect(Set(calls.map(\.body)).count == 1)
        try await eventually("the delivery has ended") {
          try await lab.api.get("/metrics").body.contains(#"sluice_deliveries_total{state="succeeded"} 1"#)
        }
        #expect(receiver.requests.count == 2)
        await second.killNow()
      }
    }
  }

  @Test("a webhook that its tenant has taken back is not called any more")
  func takenBack() async throws {
    try await WebhookReceiver.with(.status(500, headers: ["retry-after": "0"])) { receiver in
      try await KeyLab.with(environment: Self.environment) { lab in
        try await lab.makeTenant("search", ["budgets": [Self.tiny], "webhooks": [webhook(receiver)]])
        let (_, key) = try await lab.makeKey(of: "search")
        #expect(try await lab.ask(key).status == 200)
        _ = try await checked(receiver, 1)
        #expect(try await lab.call(.PATCH, "/admin/tenants/search", ["webhooks": []]).status == 200)
        try await eventually("the delivery has ended") {
          try await lab.api.get("/metrics").body.contains(#"sluice_deliveries_total{state="succeeded"} 1"#)
        }
      }
    }
  }

  @Test("a webhook names events that there are, and a URL that may be called")
  func refused() async throws {
    try await KeyLab.with(worker: false, environment: ["WEBHOOK_SECRET": Self.secret]) { lab in
      for (webhook, place) in [
        (["url": "https://example.com/", "events": ["budget.gone"]] as JSONValue, "events"),
        (["url": "https://127.0.0.1/"], "url"), (["url": "http://example.com/"], "url"),
      ] {
        let reply = try await lab.call(
          .POST, "/admin/tenants", ["id": "search", "webhooks": [webhook]])
        #expect(reply.status == 422)
        #expect(reply.json["errors"]?[0]?["loc"]?[3] == .string(place))
      }
    }
  }

  // MARK: - on_budget

  /// A tenant that has spent what it may of this day.
  private func makeSpender(_ lab: KeyLab, _ members: JSONObject) async throws -> String {
    try await lab.makeTenant(
      "search", (["budgets": ["1/day"], "on_budget": "wait"] as JSONObject).merging(members) { $1 })
    let day = Timestamp.now / 86_400_000 * 86_400_000
    let redis = try await ChildProcess(
      "/usr/bin/redis-cli",
      [
        "-s", lab.cluster.redis.socket, "HSET", "sluice:{0}:held", "s:t:search:bd",
        "\(day) 1000000000 0 \(day + 86_400_000)",
      ])
    await redis.waitUntilExit()
    return try await lab.makeKey(of: "search").key
  }

  @Test("jobs of the batch lane wait for the next period where the tenant says so, others are refused")
  func waits() async throws {
    try await KeyLab.with { lab in
      let key = try await makeSpender(lab, [:])
      let refused = try await lab.call(.POST, "/jobs", ["prompt": "Now"], key: key)
      #expect(refused.status == 402)
      let late = try await lab.call(.POST, "/jobs", ["prompt": "Later", "priority": "batch"], key: key)
      #expect(late.status == 202)
      let job = try await lab.get(try #require(late.headers["location"]), key: key)
      #expect(job.json["status"] == "scheduled")
      #expect(try await lab.api.get("/metrics").body.contains("sluice_jobs_put_off_total 1"))
      #expect(try await lab.call(.DELETE, try #require(late.headers["location"]), key: key).status == 200)
    }
  }

  @Test("who cannot come back for the answer is refused, whatever the lane")
  func cannotComeBack() async throws {
    try await KeyLab.with { lab in
      let key = try await makeSpender(lab, ["lane": "batch"])
      let refused = try await lab.call(
        .POST, "/v1/chat/completions",
        ["model": "default", "messages": [["role": "user", "content": "Why?"]]], key: key)
      #expect(refused.status == 429 && refused.json["error"]?["code"] == "insufficient_quota")
    }
  }
}
