import Foundation
import NIOCore
import Shared
import TestSupport
import Testing

@Suite("What must not be told", .serialized)
struct SecretTests {
  private static let webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

  /// Everything that is a secret, or that a client or provider said where nothing should be kept.
  private static let canaries = [
    SluiceCluster.key, "canary-admin", "test-gemini-key", "test-groq-key", "test-openrouter-key",
    webhookSecret,
    "canary-header", "canary-bearer", "canary-cookie", "canary-query", "canary-field", "canary-upstream",
    "canary-user", "canary-idempotency",
  ]

  private static let upstream: [JSONValue] = [
    ["status": 401, "raw_body": #"{"error":{"message":"test-gemini-key canary-upstream is wrong"}}"#],
    ["status": 500, "raw_body": "<html>test-groq-key canary-upstream</html>"],
    ["raw_body": #"{"error":{"code":500,"message":"canary-upstream test-openrouter-key"}}"#],
  ]

  @Test("no key and nothing unasked-for reaches a log, a metric or Redis, at any log level")
  func canaries() async throws {
    let environment = [
      "LOG_LEVEL": "trace", "ADMIN_API_KEY": "canary-admin", "WEBHOOK_SECRET": Self.webhookSecret,
      "ALLOW_HTTP_CALLBACKS": "true", "CALLBACK_NETWORKS": "127.0.0.0/8", "JOB_MAX_ATTEMPTS": "1",
    ]
    try await WebhookReceiver.with(.status(500, body: "canary-upstream"), .status(410)) { receiver in
      try await SluiceCluster.with(environment: environment) { cluster in
        let api = try await cluster.startAPI()
        let worker = try await cluster.startWorker(seenBy: api)
        for behaviour in Self.upstream {
          try await cluster.simulator.script([["provider": "*", "behaviour": behaviour]])
          let reply = try await api.post("/query?api_key=canary-query", ["prompt": "a", "cache": "off"])
          for canary in Self.canaries where canary != "canary-upstream" {
            #expect(!reply.body.contains(canary), "\(canary) is in \(reply.body)")
          }
        }
        try await Self.misplace(api)
        try await cluster.simulator.script([["provider": "*", "behaviour": [:]]])
        _ = try await api.post(
          "/jobs", ["prompt": "a", "callback_url": .string(receiver.url)],
          headers: ["Idempotency-Key": "canary-idempotency"])
        try await eventually("the webhook is sent") { receiver.requests.count > 0 }
        let metrics = try await api.get("/metrics").body
        await worker.terminate()
        await api.process.terminate()
        let written = try FileManager.default.subpathsOfDirectory(atPath: cluster.redis.directory.path())
          .compactMap {
            FileManager.default.contents(atPath: cluster.redis.directory.appending(path: $0).path())
          }
        let redis = written.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(redis.contains("sluice:{0}:j:") && worker.log.contains("DEBUG"), "there is something to see")
        for canary in Self.canaries {
          for (place, text) in [
            ("API's log", api.process.log), ("worker's log", worker.log), ("metrics", metrics),
            ("Redis", redis),
          ] {
            // What a provider said of a failure belongs to the answer, which Redis keeps.
            let isKept = canary == "canary-upstream" && place == "Redis"
            #expect(text.contains(canary) == isKept, "\(canary) in the \(place)")
          }
        }
      }
    }
  }

  /// Secrets where they do not belong.
  private static func misplace(_ api: SluiceAPI) async throws {
    let answers = [
      try await api.get("/jobs", headers: ["X-API-Key": "canary-header"]),
      try await api.get("/jobs", headers: ["X-API-Key": "", "Authorization": "Bearer canary-bearer"]),
      try await api.get("/jobs", headers: ["Cookie": "session=canary-cookie"]),
      try await api.get("/jobs?key=canary-query"), try await api.get("/canary-query"),
      try await api.post("/query", ["prompt": "a", "api_key": "canary-field"]),
      try await api.post("/jobs", ["prompt": "a", "callback_url": "https://canary-user:pw@example.com/"]),
      try await api.get("/admin/usage", headers: ["X-API-Key": "canary-admin"]),
    ]
    for answer in answers {
      for canary in ["canary-header", "canary-bearer", "canary-cookie", "canary-admin"] {
        #expect(!answer.body.contains(canary), "\(answer.body)")
      }
    }
  }

  @Test("whatever is said, it is one escaped line of the log", arguments: ["text", "json"])
  func injection(format: String) async throws {
    let forged = "x\r\n2026-01-01T00:00:00.000Z ERROR sluice: FORGED\u{1B}[31m\u{2028}\u{202E}"
    let environment = ["LOG_LEVEL": "trace", "LOG_FORMAT": format, "JOB_MAX_ATTEMPTS": "1"]
    try await SluiceCluster.with(environment: environment) { cluster in
      let api = try await cluster.startAPI()
      let worker = try await cluster.startWorker(seenBy: api)
      let error: JSONValue = ["error": ["message": .string(forged), "code": .string(forged)]]
      for status in [400, 401, 500] {
        try await cluster.simulator.script([
          [
            "provider": "*",
            "behaviour": ["status": .integer(Int64(status)), "raw_body": .string(error.description)],
          ]
        ])
        _ = try await api.post(
          "/query",
          [
            "prompt": .string(forged), "cache": "off", "metadata": ["k": .string(forged)],
            "system": .string(forged),
          ])
      }
      _ = try await api.post("/query", ["prompt": "a", "model": .string(forged)])
      _ = try await api.get("/jobs/x%0d%0a2026-01-01T00:00:00.000Z%20ERROR%20sluice:%20FORGED")
      _ = try await api.get(
        "/jobs", headers: ["User-Agent": "\u{9B}31mFORGED", "X-Request-Id": "\u{85}FORGED"])
      await worker.terminate()
      await api.process.terminate()
      for log in [api.process.log, worker.log] {
        // A line is what a terminal or a reader of lines makes of it, not what Swift calls a newline.
        for line in log.split(separator: "\n") {
          let isRecord = line.hasPrefix("20") && !line.hasPrefix("2026-01-01") || line.hasPrefix("{")
          #expect(isRecord || line.hasPrefix("sluice-api listening on "), "\(line)")
          #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }, "\(line)")
          #expect(!line.contains("\u{2028}") && !line.contains("\u{202E}"), "\(line)")
        }
      }
    }
  }
}
