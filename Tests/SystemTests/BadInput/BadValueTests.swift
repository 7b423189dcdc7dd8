import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Values that want to be something else", .serialized)
struct BadValueTests {
  @Test("another tenant's job is answered as one that never was")
  func foreignJob() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let foreign = try await cluster.withQueue { queue, _ in
        let job = Admission(
          id: JobID(unixMilliseconds: 1_769_850_902_481), tenant: "other", lane: .batch, model: "default",
          request: ByteBuffer(string: "{}"), weight: 1, expiresIn: .seconds(600))
        _ = try await queue.admit(job)
        return job.id
      }
      let unknown = JobID(unixMilliseconds: 1_769_850_902_481)
      for path in ["/jobs/%", "/jobs/%?wait=5", "/jobs/%/", "/jobs/%/events"] {
        for method in ["GET", "HEAD", "DELETE"] {
          func ask(_ id: JobID) async throws -> HTTPReply {
            let path = path.replacing("%", with: id.rawValue)
            return try await api.call(.init(rawValue: method), path, headers: ["X-Request-Id": "r"])
          }
          let (theirs, nobodys) = try await (ask(foreign), ask(unknown))
          #expect(theirs.status == nobodys.status && theirs.body == nobodys.body, "\(method) \(path)")
          #expect(theirs.status != 200)
        }
      }
      #expect(try await api.get("/jobs").json["data"]?.array?.isEmpty == true)
      await api.process.killNow()
    }
  }

  @Test("an Idempotency-Key is a name and nothing else")
  func idempotencyKeys() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      var ids: Set<String> = []
      let names = ["{}", "{other}", "{other}:job", "*", "../..", "a:b:c", "%00", #"\n"#, "'; return 1 --"]
      for name in names {
        let reply = try await api.post(
          "/jobs", ["prompt": "a", "cache": "off"], headers: ["Idempotency-Key": name])
        #expect(reply.status == (name.contains(" ") ? 422 : 202), "\(name): \(reply.body)")
        if let id = reply.json["id"]?.string { ids.insert(id) }
      }
      #expect(ids.count == names.count - 1, "different keys are different jobs")
      for (name, status) in [
        (String(repeating: "k", count: 10 << 10), 422), ("a\r\n b", 400), ("a\u{0}b", 400),
      ] {
        let body = "Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"prompt\":\"a\"}"
        let text =
          "POST /jobs HTTP/1.1\r\nHost: x\r\nX-API-Key: \(SluiceCluster.key)\r\nIdempotency-Key: \(name)\r\n"
        let answer = try await RawConnection.exchange(port: api.port, ByteBuffer(string: text + body))
        #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer)")
      }
      await api.process.killNow()
    }
  }

  @Test("a callback leads to no private address, however it is written")
  func callbacks() async throws {
    let environment = ["WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    try await SluiceCluster.with(environment: environment) { cluster in
      let api = try await cluster.startAPI()
      let hosts = [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0",
        "0.0.0.0",
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "224.0.0.1",
        "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:a00:1]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]", "[fc00::1]", "[fe80::1]", "[fe80::1%25eth0]", "[ff02::1]", "[::127.0.0.1]",
        "127.0.0.1.", "①②⑦.0.0.1", "localhost", "a.localhost", "user:pw@example.com", "example.com:0", "",
      ]
      for host in hosts {
        let reply = try await api.post(
          "/jobs", ["prompt": "a", "callback_url": .string("https://\(host)/x")])
        #expect(reply.status == 422, "\(host): \(reply.body)")
        #expect(reply.json["errors"]?[0]?["loc"]?[1] == "callback_url", "\(host): \(reply.body)")
      }
      for url in [
        "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "//example.com", "x",
        "https://a b/",
      ] {
        let reply = try await api.post("/jobs", ["prompt": "a", "callback_url": .string(url)])
        #expect(reply.status == 422, "\(url): \(reply.body)")
      }
      await api.process.killNow()
    }
  }
}
