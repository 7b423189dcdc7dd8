import TestSupport
import Testing

@Suite("Ends of responses that replicas do not have yet", .serialized)
struct UnacknowledgedResponseTests {
  @Test("a webhook is told of one once the replica has it, and not passed over because it had not")
  func webhook() async throws {
    let port = try RedisServer.freePort()
    let environment = [
      "REDIS_ACK_REPLICAS": "1", "REDIS_TIMEOUT_MS": "4000", "ALLOW_HTTP_CALLBACKS": "true",
      "WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      "CALLBACK_NETWORKS": "127.0.0.0/8",
    ]
    try await WebhookReceiver.with(.status(200)) { receiver in
      try await SluiceCluster.with(
        environment: KeyLab.environment.merging(environment) { $1 },
        redisOptions: ["--port", "\(port)", "--repl-diskless-sync-delay", "0"]
      ) { cluster in
        try await ReplicatedRedis.withReplica(of: port) { replica in
          let lab = KeyLab(cluster: cluster, api: try await cluster.startAPI())
          try await lab.makeTenant(
            "search", ["webhooks": [["url": .string(receiver.url), "events": ["response.completed"]]]])
          let (_, key) = try await lab.makeKey(of: "search")
          let asked = try await lab.api.post(
            "/v1/responses", ["model": "default", "input": "Hi", "background": true],
            headers: ["X-API-Key": key])
          #expect(asked.status == 200, "\(asked.body)")
          replica.pause()
          let worker = try await cluster.startWorker(seenBy: lab.api)
          try await eventually("its end is looked at too early") {
            worker.log.contains("is tried again: too few replicas")
          }
          #expect(receiver.requests.isEmpty)
          replica.resume()
          try await eventually("the receiver is called") { receiver.requests.count == 1 }
          #expect(receiver.requests[0].json["data"]?["id"] == asked.json["id"])
          for process in [worker, lab.api.process] { await process.killNow() }
        }
      }
    }
  }
}
