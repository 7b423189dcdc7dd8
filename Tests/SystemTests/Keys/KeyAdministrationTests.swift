import Shared
import TestSupport
import Testing

@Suite("Administrators of tenants and keys")
struct KeyAdministrationTests {
  @Test("an administrator of one tenant reaches that tenant only, and gives nothing beyond his own")
  func ownTenant() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("search", ["limits": ["100 requests/minute"]])
      try await lab.makeTenant("ads")
      let (foreign, _) = try await lab.makeKey(of: "ads")
      let (_, admin) = try await lab.makeKey(
        of: "search", ["scopes": ["admin:keys"], "limits": ["10 requests/minute"]])
      let listed = try await lab.get("/admin/tenants", key: admin).json["data"]?.array
      #expect(listed?.compactMap { $0["id"]?.string } == ["search"])
      #expect(try await lab.get("/admin/tenants/ads", key: admin).status == 404)
      #expect(try await lab.get("/admin/keys/\(foreign)", key: admin).status == 404)
      for beyond in ["ads", "nobody", "*"] {
        let refused = try await lab.get("/admin/keys?tenant=\(beyond)", key: admin)
        #expect(refused.status == 404 && refused.json["detail"]?.string?.contains("tenant \(beyond)") == true)
      }
      let own = try await lab.get("/admin/keys?tenant=search", key: admin).json["data"]?.array
      #expect(own?.isEmpty == false)
      #expect(try await lab.call(.DELETE, "/admin/keys/\(foreign)", key: admin).status == 404)
      #expect(try await lab.call(.PATCH, "/admin/tenants/search", ["weight": 2], key: admin).status == 403)
      func make(_ body: JSONValue) async throws -> HTTPReply {
        try await lab.call(.POST, "/admin/keys", body, key: admin)
      }
      #expect(try await make(["limits": ["10 requests/minute"]]).json["tenant"] == "search")
      for body: JSONValue in [
        [:], ["limits": ["11 requests/minute"]], ["tenant": "ads", "limits": ["1 requests/minute"]],
        ["tenant": "*", "scopes": ["admin:keys"], "limits": ["1 requests/minute"]],
        ["scopes": ["admin:all"], "limits": ["1 requests/minute"]],
      ] {
        let refused = try await make(body)
        #expect(refused.status == 403 && refused.json["errors"]?.array?.isEmpty == false, "\(body)")
      }
    }
  }

  @Test("nobody makes a key that can do more into one of his own by rotating it")
  func rotation() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("search")
      let (strong, _) = try await lab.makeKey(of: "search", ["scopes": ["admin:all"]])
      let (_, weak) = try await lab.makeKey(of: "search", ["scopes": ["admin:keys"]])
      let path = "/admin/keys/\(strong)"
      #expect(try await lab.call(.POST, "\(path)/rotate", key: weak).status == 403)
      #expect(try await lab.call(.PATCH, path, ["name": "mine"], key: weak).status == 403)
      // What may be deleted may be disabled.
      #expect(try await lab.call(.PATCH, path, ["enabled": false], key: weak).status == 200)
      #expect(try await lab.call(.PATCH, path, ["enabled": true], key: weak).status == 403)
    }
  }

  @Test("nobody lets his own key live longer, or be good in more networks, or makes one that does")
  func ownKey() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("search")
      let end: JSONValue = "2100-01-01T00:00:00.000Z"
      let (id, own) = try await lab.makeKey(
        of: "search", ["scopes": ["admin:keys"], "expires_at": end, "networks": ["127.0.0.0/8"]])
      for patch: JSONValue in [
        ["expires_at": nil], ["expires_at": "2100-01-01T00:00:01Z"], ["networks": []],
        ["networks": ["127.0.0.1", "10.0.0.0/8"]],
      ] {
        #expect(try await lab.call(.PATCH, "/admin/keys/\(id)", patch, key: own).status == 403, "\(patch)")
      }
      #expect(try await lab.call(.PATCH, "/admin/keys/\(id)", ["name": "mine"], key: own).status == 200)
      #expect(try await lab.call(.POST, "/admin/keys", [:], key: own).status == 403)
      let bound: JSONValue = ["expires_at": end, "networks": ["127.0.0.1"]]
      #expect(try await lab.call(.POST, "/admin/keys", bound, key: own).status == 201)
    }
  }

  @Test("who has bounds of his own makes, brings and changes no tenant beyond them")
  func boundedAdministrator() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("search", ["limits": ["10 requests/minute"], "user_limits": ["1 running"]])
      let (_, all) = try await lab.makeKey(
        of: "*", ["scopes": ["admin:all"], "limits": ["10 requests/minute"]])
      let (_, own) = try await lab.makeKey(of: "search", ["scopes": ["admin:all"]])
      let path = "/admin/tenants/search"
      #expect(try await lab.call(.PATCH, path, ["limits": []], key: all).status == 403)
      #expect(try await lab.call(.PATCH, path, ["weight": 2], key: all).status == 403)
      #expect(try await lab.call(.PATCH, path, ["name": "new"], key: all).status == 200)
      #expect(try await lab.call(.PATCH, path, ["user_limits": []], key: own).status == 403)
      #expect(try await lab.call(.POST, "/admin/tenants", ["id": "free"], key: all).status == 403)
      let free: JSONValue = ["data": [["kind": "tenant", "record": ["id": "free"]]]]
      let brought = try await lab.call(.POST, "/admin/import", free, key: all)
      #expect(brought.status == 422 && brought.body.contains("ask 10 requests a minute"), "\(brought.body)")
      #expect(try await lab.call(.GET, "/admin/tenants/free").status == 404)
      let bounded: JSONValue = ["id": "bound", "limits": ["9 requests/minute"]]
      #expect(try await lab.call(.POST, "/admin/tenants", bounded, key: all).status == 201)
    }
  }

  @Test("two who change one record do not overwrite each other")
  func eTags() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("search")
      let path = "/admin/tenants/search"
      let tag = try #require(try await lab.call(.GET, path).headers["etag"])
      let first = try await lab.call(.PATCH, path, ["weight": 2], headers: ["If-Match": tag])
      #expect(first.status == 200 && first.headers["etag"] != tag)
      let second = try await lab.call(.PATCH, path, ["weight": 3], headers: ["If-Match": tag])
      #expect(second.status == 412 && second.json["type"] == "/problems/precondition-failed")
      #expect(try await lab.call(.DELETE, path, headers: ["If-Match": tag]).status == 412)
      #expect(try await lab.call(.GET, path).json["weight"] == 2)
      #expect(try await lab.call(.PATCH, path, ["weight": 4], headers: ["If-Match": "*"]).status == 200)
      #expect(try await lab.call(.PATCH, path, ["weight": nil]).json["weight"] == 1)
    }
  }

  @Test("all that is wrong with a record is said at once, and nothing is written")
  func validation() async throws {
    try await KeyLab.with(worker: false) { lab in
      let reply = try await lab.call(
        .POST, "/admin/tenants",
        ["id": "Search!", "limits": ["0 requests/minute"], "timezone": "Mars/Olympus", "nonsense": 1])
      #expect(reply.status == 422)
      let places = reply.json["errors"]?.array?.map { $0["loc"]?.array?.dropFirst().first } ?? []
      for name: JSONValue in ["id", "limits", "timezone", "nonsense"] { #expect(places.contains(name)) }
      #expect(try await lab.call(.POST, "/admin/keys", ["tenant": "nobody"]).status == 422)
      #expect(try await lab.call(.POST, "/admin/keys", [:]).status == 422)
      #expect(try await lab.call(.POST, "/admin/keys", ["tenant": "default", "guards": ["x"]]).status == 422)
      try await lab.makeTenant("search")
      #expect(try await lab.call(.POST, "/admin/tenants", ["id": "search"]).status == 409)
      #expect(try await lab.call(.POST, "/admin/tenants", ["id": "default"]).status == 409)
      let tenants = try await lab.call(.GET, "/admin/tenants").json["data"]?.array
      #expect(tenants?.compactMap { $0["id"]?.string } == ["default", "search"])
    }
  }

  @Test("records come by pages, each once")
  func pages() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("search")
      var made: Set<String> = []
      for _ in 0..<7 { made.insert(try await lab.makeKey(of: "search").id) }
      var seen: [String] = []
      var cursor: String?
      repeat {
        let more = cursor.map { "&cursor=\($0)" } ?? ""
        let page = try await lab.call(.GET, "/admin/keys?tenant=search&limit=3\(more)").json
        seen += page["data"]?.array?.compactMap { $0["id"]?.string } ?? []
        cursor = page["next"]?.string
      } while cursor != nil
      #expect(seen.count == 7 && Set(seen) == made)
      for query in ["limit=0", "limit=1001", "cursor=%20", "tenant=A!"] {
        #expect(try await lab.call(.GET, "/admin/keys?\(query)").status == 422, "\(query)")
      }
    }
  }

  @Test("a page of tenants has as many as were asked for, also where `default` was never stored")
  func tenantPages() async throws {
    try await KeyLab.with(worker: false) { lab in
      for id in ["a", "b", "e", "f"] { try await lab.makeTenant(id) }
      for size in 1...6 {
        var (seen, cursor) = ([String](), String?.none)
        repeat {
          let more = cursor.map { "&cursor=\($0)" } ?? ""
          let page = try await lab.call(.GET, "/admin/tenants?limit=\(size)\(more)").json
          let ids = page["data"]?.array?.compactMap { $0["id"]?.string } ?? []
          #expect((1...size).contains(ids.count))
          seen += ids
          cursor = page["next"]?.string
        } while cursor != nil
        #expect(seen == ["a", "b", "default", "e", "f"], "\(size)")
      }
    }
  }

  @Test("a tenant with open jobs says how many and stays, unless they are to be cancelled")
  func openJobs() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("search")
      let (_, key) = try await lab.makeKey(of: "search")
      for number in 0..<2 {
        let made = try await lab.call(.POST, "/jobs", ["prompt": .string("\(number)")], key: key)
        #expect(made.status == 202)
      }
      let refused = try await lab.call(.DELETE, "/admin/tenants/search")
      #expect(refused.status == 409 && refused.json["detail"]?.string?.contains("2 jobs") == true)
      let deleted = try await lab.call(.DELETE, "/admin/tenants/search?force=true")
      #expect(deleted.status == 200 && deleted.json == ["id": "search", "cancelled_jobs": 2])
      #expect(try await lab.api.get("/health").json["queue"]?["depth"] == 0)
      #expect(try await lab.call(.GET, "/admin/tenants/search").status == 404)
      #expect(try await lab.call(.DELETE, "/admin/tenants/search?force=true").status == 404)
      // It is disabled first, so that a process that dies in between leaves one that can be deleted again.
      let log = try await lab.call(.GET, "/admin/audit?limit=2").json["data"]
      #expect(log?[0]?["action"] == "tenant.delete" && log?[0]?["before"]?["enabled"] == false)
      #expect(log?[1]?["action"] == "tenant.update" && log?[1]?["after"]?["enabled"] == false)
    }
  }

  @Test("a deletion that broke off goes on when it is asked for again")
  func deletedAgain() async throws {
    let port = try RedisServer.freePort()
    try await SluiceCluster.with(
      environment: KeyLab.environment, redisOptions: ["--port", "\(port)"]
    ) { cluster in
      let lab = KeyLab(cluster: cluster, api: try await cluster.startAPI())
      // As a process leaves it that dies in the middle: the tenant is gone, and a key of it is not.
      let id = "key_" + String(repeating: "0", count: 26)
      for command in ["ZADD sluice:{0}:leaving 0 search", "ZADD sluice:{0}:keys:search 0 \(id)"] {
        _ = try await RawConnection.words(port, command)
      }
      #expect(try await lab.call(.DELETE, "/admin/tenants/search").status == 204)
      #expect(try await RawConnection.words(port, "EXISTS sluice:{0}:keys:search").first == ":0")
      #expect(try await lab.call(.DELETE, "/admin/tenants/search").status == 404)
      // And as one does that dies while it cancels: the tenant is disabled, and a job is left.
      try await lab.makeTenant("search")
      let (_, key) = try await lab.makeKey(of: "search")
      #expect(try await lab.call(.POST, "/jobs", ["prompt": "x"], key: key).status == 202)
      #expect(try await lab.call(.PATCH, "/admin/tenants/search", ["enabled": false]).status == 200)
      #expect(try await lab.call(.DELETE, "/admin/tenants/search").status == 409)
      let deleted = try await lab.call(.DELETE, "/admin/tenants/search?force=true")
      #expect(deleted.status == 200 && deleted.json["cancelled_jobs"] == 1)
      await lab.api.process.killNow()
    }
  }

  @Test("each change is in the log, which holds together by its digests and shows no secret")
  func audit() async throws {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    try await KeyLab.with(worker: false, environment: ["WEBHOOK_SECRET": secret]) { lab in
      try await lab.makeTenant("search", ["webhooks": [["url": "https://hooks.example.com?token=canary/x"]]])
      let (id, key) = try await lab.makeKey(of: "search")
      _ = try await lab.call(.PATCH, "/admin/keys/\(id)", ["name": "bot"])
      _ = try await lab.call(
        .PATCH, "/admin/tenants/search", ["name": .string("of \(key)"), "metadata": ["old": [.string(key)]]])
      _ = try await lab.call(.POST, "/admin/keys/\(id)/rotate")
      _ = try await lab.call(.DELETE, "/admin/keys/\(id)")
      let reply = try await lab.call(.GET, "/admin/audit")
      let entries = try #require(reply.json["data"]?.array)
      #expect(
        entries.map { $0["action"]?.string } == [
          "key.delete", "key.rotate", "tenant.update", "key.update", "key.create", "tenant.create",
        ])
      #expect(entries[3]["before"]?["name"] == .null && entries[3]["after"]?["name"] == "bot")
      #expect(
        entries[2]["after"]?["name"] == "of ***" && entries[2]["after"]?["metadata"] == ["old": ["***"]])
      #expect(entries.allSatisfy { $0["actor"] == "ADMIN_API_KEY" && $0["address"] == "127.0.0.1" })
      for (entry, before) in zip(entries, entries.dropFirst()) {
        #expect(entry["previous"] == before["digest"])
      }
      #expect(entries.last?["previous"] == "")
      #expect(!reply.body.contains("canary") && reply.body.contains(#""https://hooks.example.com/***""#))
      #expect(!reply.body.contains(key) && !reply.body.contains(#""digest":null"#))
      let page = try await lab.call(.GET, "/admin/audit?limit=2").json
      let next = try #require(page["next"]?.string)
      let second = try await lab.call(.GET, "/admin/audit?limit=2&cursor=\(next)").json
      #expect(second["data"]?[0] == entries[2])
    }
  }
}
