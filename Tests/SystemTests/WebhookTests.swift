import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Webhooks from real processes")
struct WebhookTests {
  private let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

  private var environment: [String: String] {
    ["WEBHOOK_SECRET": secret, "ALLOW_HTTP_CALLBACKS": "true", "CALLBACK_NETWORKS": "127.0.0.0/8"]
  }

  /// The request that a receiver gets, its signature checked.
  private func checked(
    _ receiver: WebhookReceiver, _ count: Int = 1
  ) async throws -> WebhookReceiver.Request {
    let request = try await eventually("the receiver is called") {
      receiver.requests.count >= count ? receiver.requests.last : nil
    }
    let id = try #require(request.headers["webhook-id"])
    let time = try #require(request.headers["webhook-timestamp"].flatMap { Int64($0) })
    let signature = WebhookSignature(
      id: id, timestamp: time, body: ByteBuffer(string: request.body),
      secret: try #require(WebhookSecret(parsing: secret)))
    let expected = signature.headers.first { $0.name == "webhook-signature" }?.value
    #expect(request.headers["webhook-signature"] == expected)
    return request
  }

  @Test("the end of a job is told once, signed, as the job is read")
  func delivery() async throws {
    try await WebhookReceiver.with(.status(204)) { receiver in
      try await SluiceCluster.withOneOfEach(environment: environment) { _, api in
        let job = try await api.post(
          "/jobs",
          ["prompt": "Call me", "callback_url": .string(receiver.url), "metadata": ["ticket": "4711"]])
        let link = try #require(job.headers["location"])
        let request = try await checked(receiver)
        #expect(request.method == "POST" && request.target == "/hook?team=7")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.json["type"] == "job.succeeded")
        #expect(request.json["data"] == (try await api.get(link)).json)
        try await eventually("the delivery has ended") {
          try await api.get("/metrics").body.contains(#"sluice_deliveries_total{state="succeeded"} 1"#)
        }
        #expect(receiver.requests.count == 1)
      }
    }
  }

  @Test("a receiver that is down is called again, and knows by the id that it is the same event")
  func retry() async throws {
    try await WebhookReceiver.with(.status(500, headers: ["retry-after": "0"]), .status(200)) { receiver in
      try await SluiceCluster.withOneOfEach(environment: environment) { cluster, api in
        try await cluster.simulator.script([["provider": "*", "behaviour": ["status": 400]]])
        _ = try await api.post("/jobs", ["prompt": "Fail", "callback_url": .string(receiver.url)])
        let request = try await checked(receiver, 2)
        #expect(request.json["type"] == "job.failed")
        #expect(Set(receiver.requests.compactMap { $0.headers["webhook-id"] }).count == 1)
        #expect(Set(receiver.requests.map(\.body)).count == 1)
      }
    }
  }

  @Test("a receiver that is gone is an operator's dead letter, and is not called again")
  func gone() async throws {
    let admin = ["X-API-Key": "admin-key"]
    try await WebhookReceiver.with(.status(410)) { receiver in
      let environment = self.environment.merging(["ADMIN_API_KEY": "admin-key"]) { _, new in new }
      try await SluiceCluster.withOneOfEach(environment: environment) { _, api in
        let job = try await api.post("/jobs", ["prompt": "Gone", "callback_url": .string(receiver.url)])
        let letter = try await eventually("the delivery is a dead letter") {
          try await api.get("/admin/dead-letters", headers: admin).json["data"]?[0]
        }
        #expect(letter["kind"] == "delivery" && letter["delivers"] == job.json["id"])
        #expect(letter["job"]?["error"]?["code"] == "undeliverable")
        #expect(receiver.requests.count == 1)
      }
    }
  }

  @Test("an address that is not public is refused at once")
  func refused() async throws {
    try await SluiceCluster.with(environment: ["WEBHOOK_SECRET": secret]) { cluster in
      let api = try await cluster.startAPI()
      for url in [
        "https://127.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://0x7f000001/", "http://example.com/",
      ] {
        let reply = try await api.post("/jobs", ["prompt": "x", "callback_url": .string(url)])
        #expect(reply.status == 422)
        #expect(reply.json["errors"]?[0]?["loc"] == ["body", "callback_url"])
      }
      await api.process.killNow()
    }
  }
}
