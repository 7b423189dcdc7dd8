import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Webhooks of responses in the background")
struct ResponseWebhookTests {
  private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
  private static let environment = [
    "WEBHOOK_SECRET": secret, "ALLOW_HTTP_CALLBACKS": "true", "CALLBACK_NETWORKS": "127.0.0.0/8",
  ]

  @Test("whoever asks for the event is called once, signed, in OpenAI's form, and nobody else")
  func told() async throws {
    try await WebhookReceiver.with(.status(200)) { receiver in
      try await WebhookReceiver.with(.status(200)) { other in
        try await KeyLab.with(environment: Self.environment) { lab in
          try await lab.makeTenant(
            "search",
            [
              "webhooks": [
                ["url": .string(receiver.url), "events": ["response.completed", "response.failed"]],
                ["url": .string(other.url)],
              ]
            ])
          let (_, key) = try await lab.makeKey(of: "search")
          func ask(_ members: JSONObject) async throws -> String {
            let body = members.merging(["model": "default"]) { own, _ in own }
            let reply = try await lab.api.post("/v1/responses", .object(body), headers: ["X-API-Key": key])
            #expect(reply.status == 200, "\(reply.body)")
            return try #require(reply.json["id"]?.string)
          }
          // Its client waits.
          _ = try await ask(["input": "One"])
          let id = try await ask(["input": "Two", "background": true])
          try await eventually("the receiver is called") { receiver.requests.count >= 1 }
          let request = receiver.requests[0]
          #expect(request.json["type"] == "response.completed")
          #expect(request.json["object"] == "event")
          #expect(request.json["data"]?["id"]?.string == id)
          #expect(request.json["created_at"]?.integer != nil)
          #expect(request.json["id"]?.string == request.headers["webhook-id"])
          let signature = WebhookSignature(
            id: try #require(request.headers["webhook-id"]),
            timestamp: try #require(request.headers["webhook-timestamp"].flatMap { Int64($0) }),
            body: ByteBuffer(string: request.body), secret: try #require(WebhookSecret(parsing: Self.secret)))
          #expect(request.headers["webhook-signature"] == signature.value)
          try await eventually("the delivery has ended") {
            try await lab.api.get("/metrics").body.contains(#"sluice_deliveries_total{state="succeeded"} 1"#)
          }
          try await lab.cluster.simulator.script([["provider": "*", "behaviour": ["status": 400]]])
          let failed = try await ask(["input": "Three", "background": true])
          try await eventually("the receiver is called again") { receiver.requests.count >= 2 }
          #expect(receiver.requests[1].json["type"] == "response.failed")
          #expect(receiver.requests[1].json["data"]?["id"]?.string == failed)
          #expect(receiver.requests.count == 2 && other.requests.isEmpty)
        }
      }
    }
  }
}
