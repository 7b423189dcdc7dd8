import NIOHTTP1
import Shared
import TestSupport
import Testing

@Suite("What administrators may send that is wrong")
struct KeyBadInputTests {
  /// A member of a key, and what is said of it.
  private static let ofKeys: [(JSONObject, String)] = [
    (
      ["scopes": ["ask", "fly"]],
      #"Correct scopes[1]: "fly" is none of "ask", "read", "contents", "admin:read""#
    ),
    (["models": ["gpt-9"]], #"Correct models[0]: there is no route or model "gpt-9" here."#),
    (
      ["limits": [["limit": "5 running", "model": "no-route"]]],
      #"Correct limits[0].model: there is no route or model "no-route" here."#
    ),
    (
      ["budgets": ["50$/month"]], #"Correct budgets[0]: "50$/month" is no budget; write dollars and a period"#
    ),
    (
      ["budgets": ["€50/month"]], #"Correct budgets[0]: "€50/month" is no budget; write dollars and a period"#
    ),
    (["budgets": ["50 USD/month"]], #"Correct budgets[0]: "50 USD/month" is no budget; write dollars"#),
    (["budgets": ["50"]], #"Correct budgets[0]: "50" is no budget; write dollars and a period"#),
    (
      ["budgets": [["usd": "50", "per": "month"]]],
      "Correct budgets[0].usd: dollars are a number such as 50 or 0.5, without a currency."
    ),
    (
      ["budgets": [["usd": 50, "per": "month", "currency": "EUR"]]],
      "Correct budgets[0].currency: there is no such member; there are usd, per, kind, model."
    ),
    (["budgets": ["0/day"]], "Correct budgets[0]: a budget is more than 0 dollars."),
    (
      ["budgets": ["1000000000000000000/day"]],
      "Correct budgets[0]: a budget is at most 5000000 dollars."
    ),
    (["limits": ["0 requests/minute"]], "Correct limits[0]: a limit is at least 1, not 0;"),
    (
      ["limits": ["1000000000000000000 requests/minute"]],
      #"Correct limits[0]: "1000000000000000000 requests/minute" is too much; the most is 60000000 requests/minute."#
    ),
    (
      ["limits": ["1000000000000000000 tokens/day"]],
      #"Correct limits[0]: "1000000000000000000 tokens/day" is too much; the most is"#
    ),
    (["limits": [1_000_000]], "Correct limits[0]: a limit is a text such as"),
    (["expires_at": "2020-01-01T00:00:00Z"], "Correct expires_at: it is in the past: here it is 20"),
    (["expires_at": "soon"], #"Correct expires_at: "soon" is no time; write it as RFC 3339 does"#),
    (
      ["name": .string(String(repeating: "x", count: 10_240))],
      "Correct name: it must have 1 to 200 characters, not 10240."
    ),
    (["name": "a\u{1B}[31mb"], "Correct name: it must not hold control characters."),
    (["name": "a\r\nb"], "Correct name: it must not hold control characters."),
    (["name": "a\u{0}b"], "Correct name: it must not hold control characters."),
    (["networks": ["10.0.0.0/99"]], #"Correct networks[0]: "10.0.0.0/99" is no network; write such as"#),
    (["lane": "fast"], #"Correct lane: "fast" is none of "interactive", "standard", "batch"."#),
    (["owner": "anna"], #"Correct owner: there is no member "owner" that could be set."#),
  ]

  private static let ofTenants: [(JSONObject, String)] = [
    (
      ["timezone": "Mars/Olympus"],
      #"Correct timezone: there is no time zone "Mars/Olympus"; write its IANA name, such as "Europe/Berlin"."#
    ),
    (["user_limits": ["0 tokens/day"]], "Correct user_limits[0]: a limit is at least 1, not 0;"),
    (["user_budgets": ["5 €/day"]], #"Correct user_budgets[0]: "5 €/day" is no budget; write dollars"#),
    (["weight": 101], "Correct weight: it must be a whole number from 1 to 100."),
    (
      ["retention": ["results": 0]],
      "Correct retention.results: it must be a whole number from 1 to 315360000."
    ),
    (["unpriced": "maybe"], #"Correct unpriced: "maybe" is none of "allow", "refuse"."#),
  ]

  /// How many changes there were.
  private func changes(_ lab: KeyLab) async throws -> Int {
    try await lab.call(.GET, "/admin/audit?limit=1000").json["data"]?.array?.count ?? -1
  }

  private func expect(
    _ lab: KeyLab, _ method: HTTPMethod, _ path: String, _ members: JSONObject, says sentence: String
  ) async throws {
    let reply = try await lab.call(method, path, .object(members))
    #expect(reply.status == 422, "\(members)")
    #expect(reply.json["type"] == "/problems/validation")
    let detail = reply.json["detail"]?.string ?? ""
    #expect(detail.hasPrefix(sentence), "\(detail)")
    #expect(detail.utf8.count < 500)
  }

  @Test("each is refused with its sentence, for a new record and for a change, and nothing is written")
  func sentences() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("search")
      let (id, _) = try await lab.makeKey(of: "search")
      let paths = ["/admin/keys/\(id)", "/admin/tenants/search"]
      var before: [HTTPReply] = []
      for path in paths { before.append(try await lab.call(.GET, path)) }
      let count = try await changes(lab)
      for (members, sentence) in Self.ofKeys {
        let new = members.merging(["tenant": "search"]) { first, _ in first }
        try await expect(lab, .POST, "/admin/keys", new, says: sentence)
        try await expect(lab, .PATCH, paths[0], members, says: sentence)
      }
      for (members, sentence) in Self.ofTenants {
        let new = members.merging(["id": "ads"]) { first, _ in first }
        try await expect(lab, .POST, "/admin/tenants", new, says: sentence)
        try await expect(lab, .PATCH, paths[1], members, says: sentence)
      }
      for (path, first) in zip(paths, before) {
        let now = try await lab.call(.GET, path)
        #expect(now.headers["etag"] == first.headers["etag"] && now.body == first.body)
      }
      #expect(try await changes(lab) == count)
      let keys = try await lab.call(.GET, "/admin/keys").json["data"]?.array
      #expect(keys?.compactMap { $0["id"]?.string } == [id])
      #expect(try await lab.call(.GET, "/admin/tenants/ads").status == 404)
    }
  }

  @Test("of administrators who change one key at once one is faster, and the others are told so")
  func atOnce() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("search")
      let (id, _) = try await lab.makeKey(of: "search")
      let path = "/admin/keys/\(id)"
      let tag = try #require(try await lab.call(.GET, path).headers["etag"])
      let count = try await changes(lab)
      let replies = try await withThrowingTaskGroup(of: HTTPReply.self) { group in
        for number in 0..<8 {
          group.addTask {
            try await lab.call(
              .PATCH, path, ["name": .string("admin \(number)")], headers: ["If-Match": tag])
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(replies.map(\.status).sorted() == [200] + Array(repeating: 412, count: 7))
      let winner = try #require(replies.first { $0.status == 200 })
      let now = try await lab.call(.GET, path)
      #expect(now.json["name"] == winner.json["name"] && now.headers["etag"] == winner.headers["etag"])
      let told = replies.first { $0.status == 412 }?.json["detail"]
      #expect(
        told == "The record has changed since that ETag; read it again and send the change again.")
      #expect(try await changes(lab) == count + 1)
      // Without an ETag each is made, one after the other.
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<5 {
          group.addTask {
            let reply = try await lab.call(.PATCH, path, ["metadata": .object(["m\(number)": 1])])
            #expect(reply.status == 200)
          }
        }
        try await group.waitForAll()
      }
      #expect(try await lab.call(.GET, path).json["metadata"]?.object?.count == 5)
    }
  }

  @Test("a tenant with open jobs stays with all that is its own")
  func openJobs() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("search")
      let (id, key) = try await lab.makeKey(of: "search")
      let made = try await lab.call(.POST, "/jobs", ["prompt": "Why?"], key: key)
      let job = try #require(made.json["id"]?.string)
      let count = try await changes(lab)
      let refused = try await lab.call(.DELETE, "/admin/tenants/search")
      #expect(refused.status == 409)
      #expect(
        refused.json["detail"]
          == "Tenant search has 1 job that has not ended; let them end, or cancel them with ?force=true.")
      #expect(try await changes(lab) == count)
      #expect(try await lab.call(.GET, "/admin/keys/\(id)").status == 200)
      #expect(try await lab.get("/jobs/\(job)", key: key).json["status"] == "queued")
      #expect(try await lab.call(.DELETE, "/admin/tenants/search?force=yes").status == 422)
    }
  }
}
