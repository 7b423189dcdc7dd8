import Shared
import TestSupport
import Testing

@Suite("Tenants and keys that move")
struct TransferTests {
  private func exported(_ lab: KeyLab) async throws -> JSONValue {
    var (data, peppers, cursor) = ([JSONValue](), JSONValue.null, String?.none)
    repeat {
      let more = cursor.map { "&cursor=\($0)" } ?? ""
      let page = try await lab.call(.GET, "/admin/export?limit=2\(more)").json
      data += page["data"]?.array ?? []
      peppers = page["peppers"] ?? .null
      cursor = page["next"]?.string
    } while cursor != nil
    return ["peppers": peppers, "data": .array(data)]
  }

  @Test("another installation takes all of them, page by page, and their keys work there")
  func moving() async throws {
    try await KeyLab.with(worker: false) { old in
      for tenant in ["a", "b", "c"] { try await old.makeTenant(tenant, ["budgets": ["5/day"]]) }
      let (_, key) = try await old.makeKey(of: "b")
      let (rotated, first) = try await old.makeKey(of: "c")
      let second = try await old.call(.POST, "/admin/keys/\(rotated)/rotate", ["overlap_seconds": 600]).json[
        "key"]?.string
      let archive = try await exported(old)
      #expect(archive["data"]?.array?.count == 5)
      #expect(!String(buffer: archive.serialized()).contains(key))
      // One whose pepper was changed: the old one stands second.
      let environment = ["KEY_PEPPER": "another-pepper-of-a-test,a-pepper-of-a-test"]
      try await KeyLab.with(worker: false, environment: environment) { new in
        let reply = try await new.call(.POST, "/admin/import", archive)
        #expect(reply.status == 200, "\(reply.body)")
        for material in [key, first, second ?? ""] {
          #expect(try await new.get("/usage/limits", key: material).status == 200)
        }
        let (_, own) = try await new.makeKey(of: "a")
        #expect(try await new.get("/usage/limits", key: own).status == 200)
      }
    }
  }

  @Test("keys of another pepper are refused, and so is all of what is wrong; nothing is written then")
  func refusals() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("a")
      let (id, _) = try await lab.makeKey(of: "a")
      let archive = try await exported(lab)
      let data = archive["data"]?.array ?? []
      let foreign = try await lab.call(
        .POST, "/admin/import", ["peppers": ["00000000"], "data": .array(data)])
      #expect(foreign.status == 409 && foreign.json["detail"]?.string?.contains("KEY_PEPPER") == true)
      let tenant: JSONValue = ["kind": "tenant", "record": ["id": "new"]]
      for wrong: JSONValue in [
        ["kind": "tenant", "record": ["id": "No!"]], ["kind": "job", "record": [:]],
        ["kind": "key", "record": ["id": .string(id)]],
        ["kind": "tenant", "record": ["id": "x", "webhooks": [["url": "http://127.0.0.1/"]]]],
        ["kind": "tenant", "record": ["id": "x", "timezone": "Mars/Olympus"]], tenant,
      ] {
        let reply = try await lab.call(.POST, "/admin/import", ["data": [tenant, wrong]])
        #expect(reply.status == 422, "\(reply.body)")
      }
      #expect(try await lab.call(.GET, "/admin/tenants/new").status == 404)
      #expect(try await lab.call(.POST, "/admin/import", ["data": [tenant], "x": 1]).status == 422)
      let dry = try await lab.call(.POST, "/admin/import", ["data": [tenant], "dry_run": true])
      #expect(dry.json["data"]?[0]?["outcome"] == "created")
      #expect(try await lab.call(.GET, "/admin/tenants/new").status == 404)
    }
  }

  @Test(
    "what is brought is checked as what is made; a key that has expired comes with a remark, and stays expired"
  )
  func rules() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("a")
      _ = try await lab.makeKey(of: "a")
      let archive = try await exported(lab)
      let record = try #require(archive["data"]?.array?.last?["record"]?.object)
      func bring(_ kind: String, _ record: JSONObject) async throws -> HTTPReply {
        try await lab.call(
          .POST, "/admin/import",
          [
            "peppers": archive["peppers"] ?? .null, "replace": true,
            "data": [["kind": .string(kind), "record": .object(record)]],
          ])
      }
      for wrong: JSONObject in [
        ["expires": "2100-01-01T00:00:00Z"], ["name": "a\u{7}b"], ["hint": "a\u{1B}[2J"], ["scopes": []],
        ["budgets": ["50$/month"]],
      ] {
        let reply = try await bring("key", record.merging(wrong) { $1 })
        #expect(reply.status == 422, "\(wrong) \(reply.body)")
      }
      for wrong: JSONObject in [
        ["limit": []], ["retention": ["usages": 1]],
        ["webhooks": [["url": "https://a.example", "events": ["x"]]]],
      ] {
        let reply = try await bring("tenant", (["id": "b"] as JSONObject).merging(wrong) { $1 })
        #expect(reply.status == 422, "\(wrong) \(reply.body)")
      }
      let old: JSONObject = ["expires_at": "2020-01-01T00:00:00.000Z", "models": ["gone/model"]]
      let brought = try await bring("key", record.merging(old) { $1 }).json["data"]?[0]
      #expect(brought?["outcome"] == "replaced")
      let remarks = brought?["remarks"]?.array?.compactMap(\.string) ?? []
      #expect(remarks.count == 2 && remarks[0].hasPrefix("expires_at: it is in the past"))
      #expect(remarks.last?.contains("gone/model") == true)
    }
  }

  @Test("a digest stands for one key: another id does not take it over")
  func digests() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("a")
      let (id, key) = try await lab.makeKey(of: "a")
      let archive = try await exported(lab)
      let record = try #require(archive["data"]?.array?.last?["record"]?.object)
      let other = id.dropLast() + (id.hasSuffix("0") ? "1" : "0")
      let thief = record.merging(["id": .string(String(other))]) { $1 }
      let body: JSONValue = [
        "peppers": archive["peppers"] ?? .null, "data": [["kind": "key", "record": .object(thief)]],
      ]
      #expect(try await lab.call(.POST, "/admin/import", body).status == 422)
      #expect(try await lab.get("/usage/limits", key: key).status == 200)
      let changed = record.merging(["name": "restored"]) { $1 }
      let replacing: JSONValue = [
        "peppers": archive["peppers"] ?? .null, "replace": true,
        "data": [["kind": "key", "record": .object(changed)]],
      ]
      #expect(
        try await lab.call(.POST, "/admin/import", replacing).json["data"]?[0]?["outcome"] == "replaced")
      #expect(try await lab.call(.GET, "/admin/keys/\(id)").json["name"] == "restored")
    }
  }

  @Test("only an administrator of all tenants moves them, and each export stands in the log")
  func administrators() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("a")
      let (_, admin) = try await lab.makeKey(of: "a", ["scopes": ["admin:all"]])
      #expect(try await lab.get("/admin/export", key: admin).status == 403)
      #expect(try await lab.call(.POST, "/admin/import", ["data": []], key: admin).status == 403)
      // Wherever it begins.
      #expect(try await lab.call(.GET, "/admin/export?cursor=k-").status == 200)
      let newest = try await lab.call(.GET, "/admin/audit?limit=1").json["data"]?[0]
      #expect(newest?["action"] == "records.export" && newest?["actor"] == "ADMIN_API_KEY")
    }
  }
}
