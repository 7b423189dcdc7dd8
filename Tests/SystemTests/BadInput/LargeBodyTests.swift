import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Bodies that are large, and many of them", .serialized)
struct LargeBodyTests {
  private static let chat = "/v1/chat/completions"

  /// A question with an image of so many bytes in it.
  private static func body(imageBytes: Int, _ text: String = "What is this?") -> ByteBuffer {
    let image = String(repeating: "A", count: imageBytes / 3 * 4)
    return ByteBuffer(
      string:
        #"{"model":"default","temperature":0,"messages":[{"role":"user","content":[{"type":"text","text":"\#(text)"},"#
        + #"{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(image)"}}]}]}"#)
  }

  @Test("an image of 20 MiB goes to the provider and is answered")
  func largeImage() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      let reply = try await api.call(.POST, Self.chat, body: Self.body(imageBytes: 20 << 20))
      #expect(reply.status == 200, "\(reply.body)")
      #expect(try await cluster.simulator.stats()["total"] == 1, "the first provider took it")
      let again = try await api.call(.POST, Self.chat, body: Self.body(imageBytes: 20 << 20))
      #expect(again.headers["x-cache"] == "hit")
    }
  }

  /// Whether a body of so many bytes is sent away before it is sent.
  private static func isRefusedByHead(_ bytes: Int, port: Int) async throws -> Bool {
    try await RawConnection.with(port: port) { connection in
      try await connection.send(
        "POST /jobs HTTP/1.1\r\nHost: x\r\nX-API-Key: \(SluiceCluster.key)\r\nExpect: 100-continue\r\n"
          + "Content-Type: application/json\r\nContent-Length: \(bytes)\r\n\r\n")
      return await connection.answer().hasPrefix("HTTP/1.1 503")
    }
  }

  @Test(
    "what is over the process's bound is a 503 at once, small bodies pass, and room that is given back is used"
  )
  func full() async throws {
    let environment = ["MAX_BODY_BYTES": "1048576", "MAX_HELD_BYTES": "1048576"]
    try await SluiceCluster.with(environment: environment) { cluster in
      let api = try await cluster.startAPI()
      let held = Self.body(imageBytes: 700_000, "the first")
      let other = Self.body(imageBytes: 400_000, "the second")
      let head =
        "POST /v1/chat/completions?wait=0 HTTP/1.1\r\nHost: x\r\nX-API-Key: \(SluiceCluster.key)\r\n"
        + "Content-Type: application/json\r\nContent-Length: \(held.readableBytes)\r\n\r\n"
      try await RawConnection.with(port: api.port) { connection in
        let length = held.readableBytes - 10
        try await connection.send(head)
        try await connection.send(held.getSlice(at: 0, length: length) ?? held)
        // A head alone takes no room from the body that is still on its way.
        try await eventually("the process holds the first body") {
          try await Self.isRefusedByHead(other.readableBytes, port: api.port)
        }
        let native = try await api.call(.POST, "/jobs", body: other)
        #expect(native.status == 503 && native.headers["retry-after"] == "1")
        #expect(native.json["type"] == "/problems/unavailable")
        let refused = try await api.call(.POST, Self.chat, body: other)
        #expect(refused.status == 503 && refused.json["error"]?["type"] == "server_error")
        #expect(try await api.post("/jobs", ["prompt": "small"]).status == 202)
        try await connection.send(held.getSlice(at: length, length: 10) ?? held)
        #expect(await connection.answer().hasPrefix("HTTP/1.1 504"), "nobody works on it")
      }
      // Read, but refused for what it is: that it is looked at says that there is room.
      #expect(try await api.call(.POST, "/jobs", body: other).status == 422)
      await api.process.killNow()
    }
  }

  @Test("many at once are taken or sent away, and their memory is given back")
  func many() async throws {
    let environment = [
      "MAX_BODY_BYTES": "8388608", "MAX_HELD_BYTES": "33554432", "MAX_QUEUE_BYTES": "1099511627776",
      "TENANT_MAX_QUEUE_BYTES": "1099511627776",
    ]
    try await SluiceCluster.with(environment: environment) { cluster in
      let api = try await cluster.startAPI()
      let body = Self.body(imageBytes: 6_000_000)
      func round() async throws -> [HTTPReply] {
        try await withThrowingTaskGroup(of: HTTPReply?.self) { group in
          for _ in 0..<40 {
            // Who is sent away while it sends may meet a closed connection before it reads why.
            group.addTask { try? await api.call(.POST, Self.chat + "?wait=0", body: body) }
          }
          return try await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
        }
      }
      // The allocator has its arenas after some.
      for _ in 0..<3 { _ = try await round() }
      let memory = MemoryWatch(api.process, allowance: 128 << 20)
      for reply in try await round() + round() {
        #expect(reply.status == 504 || reply.status == 503, "\(reply.body)")
        if reply.status == 503 { #expect(reply.headers["retry-after"] == "1") }
      }
      FaultReport.add("bad input: many large bodies", rounds: 80, jobs: 0, note: memory.check())
      #expect(try await api.post("/jobs", ["prompt": "small"]).status == 202)
      await api.process.killNow()
    }
  }
}
