import Testing

@testable import API
@testable import Shared

@Suite("What was used, in sums")
struct UsageRouteTests {
  private static func date(_ time: Int64) -> String {
    String(Timestamp.format(unixMilliseconds: time).prefix(10))
  }

  private static let hour: Int64 = 3_600_000

  /// Two days of two tenants, with users, keys and tags.
  private func fill(_ lab: UsageLab) async throws -> Int64 {
    let day = try await lab.day(ago: 3)
    try await lab.add(at: day + 1, ["user": "ann", "tags": #"{"team":"x"}"#])
    try await lab.add(at: day + Self.hour, ["state": "failed", "provider": "", "model": "", "nanos": "0"])
    try await lab.add(
      at: day + Self.hour + 1, ["tenant": "b", "user": "ann", "route": "fast", "kinds": "c4 r1 u1"])
    try await lab.add(at: day + UsageTime.day, ["how": "hit", "nanos": "0", "provider": "", "model": ""])
    try await lab.add(at: day + UsageTime.day + 5 * Self.hour, ["user": "bob", "tags": #"{"team":"y"}"#])
    return day
  }

  @Test("rows have the groups that were asked for, and all numbers")
  func groups() async throws {
    try await UsageLab.with { lab in
      let day = try await fill(lab)
      let answer = try await lab.admin("?group_by=day,tenant")
      let (first, second) = (Self.date(day), Self.date(day + UsageTime.day))
      #expect(
        answer.rows == [
          [
            "day": .string(first), "tenant": "a", "requests": 2, "errors": 1, "cached": 0,
            "prompt_tokens": 20,
            "cached_tokens": 0, "completion_tokens": 2, "reasoning_tokens": 0, "cost_usd": 0.000001,
            "unpriced": 0,
          ],
          [
            "day": .string(first), "tenant": "b", "requests": 1, "errors": 0, "cached": 0,
            "prompt_tokens": 10,
            "cached_tokens": 4, "completion_tokens": 1, "reasoning_tokens": 1, "cost_usd": 0.000001,
            "unpriced": 1,
          ],
          [
            "day": .string(second), "tenant": "a", "requests": 2, "errors": 0, "cached": 1,
            "prompt_tokens": 20, "cached_tokens": 0, "completion_tokens": 2, "reasoning_tokens": 0,
            "cost_usd": 0.000001, "unpriced": 0,
          ],
        ])
      #expect(answer.json["next"]?.isNull == true)
      #expect(answer.json["since"]?.string == Timestamp.format(unixMilliseconds: day + 1))
    }
  }

  @Test(
    "every way to divide it comes to the same",
    arguments: ["", "hour", "day,key", "user", "tag:team", "user,route"])
  func totals(groups: String) async throws {
    try await UsageLab.with { lab in
      _ = try await fill(lab)
      let rows = try await lab.admin("?group_by=\(groups)").rows
      #expect(rows.reduce(0) { $0 + ($1["requests"]?.integer ?? 0) } == 5)
    }
  }

  @Test("without groups there is one row, also where nothing was used")
  func nothing() async throws {
    try await UsageLab.with { lab in
      for path in ["", "?from=2020-01-01&to=2020-12-31", "?tag:x=y", "?user=ann"] {
        let rows = try await lab.admin(path).rows
        #expect(rows.map { $0["requests"] } == [0], "\(path)")
      }
      let (grouped, whole) = (try await lab.admin("?group_by=tenant"), try await lab.admin(""))
      #expect(grouped.rows == [])
      #expect(whole.json["since"]?.isNull == true)
    }
  }

  @Test("a date is meant whole, a time to the hour, and the answer says what it covers")
  func spans() async throws {
    try await UsageLab.with { lab in
      let day = try await fill(lab)
      let date = Self.date(day)
      func requests(_ query: String) async throws -> JSONValue? {
        try await lab.admin(query).rows.first?["requests"]
      }
      #expect(try await requests("?from=\(date)&to=\(date)") == 3)
      #expect(try await requests("?from=\(date)T00:00:00Z&to=\(date)T01:00:00Z") == 1)
      #expect(try await requests("?from=\(date)T03:00:00%2B02:00&to=\(date)T04:00:00+02:00") == 2)
      let answer = try await lab.admin("?from=\(date)T00:20:00Z&to=\(date)T00:30:00Z")
      #expect(answer.json["from"]?.string == "\(date)T00:00:00.000Z")
      #expect(answer.json["to"]?.string == "\(date)T01:00:00.000Z")
      // Tags are summed from the records, which know the moment.
      #expect(try await requests("?from=\(date)T00:20:00Z&to=\(date)T00:30:00Z&tag:team=x") == 0)
      #expect(try await requests("?from=\(date)T00:00:00Z&to=\(date)T00:30:00Z&tag%3Ateam=x") == 1)
    }
  }

  @Test("filters hold, an empty one means none")
  func filters() async throws {
    try await UsageLab.with { lab in
      _ = try await fill(lab)
      let expected: [(String, JSONValue)] = [
        ("tenant=a", 4), ("tenant=b", 1), ("route=fast", 1), ("provider=", 2),
        ("provider=p&lane=standard", 3),
        ("lane=batch", 0), ("model=m", 3), ("user=ann", 2), ("user=", 2), ("user=ann&tenant=b", 1),
        ("user=ann&route=smart", 1),
        ("key=", 5), ("tag:team=y", 1), ("tag:team=", 3),
      ]
      for (filter, requests) in expected {
        #expect(try await lab.admin("?\(filter)").rows.map { $0["requests"] } == [requests], "\(filter)")
      }
    }
  }

  @Test("pages go on where the one before ended, and lines come in the same order")
  func pages() async throws {
    try await UsageLab.with { lab in
      let day = try await lab.day(ago: 2)
      for number in 0..<30 {
        try await lab.add(
          at: day + Int64(number) * Self.hour, ["route": "r\(number % 7),\"x\"", "tenant": "t\(number % 3)"])
      }
      for groups in ["hour,route", "route,day,tenant", "tenant", "tag:none,route"] {
        var (rows, next): ([JSONValue], String?) = ([], nil)
        repeat {
          let cursor = next.map { "&cursor=\($0)" } ?? ""
          let page = try await lab.admin("?group_by=\(groups)&limit=4\(cursor)")
          rows += page.rows
          next = page.json["next"]?.string
        } while next != nil
        let lines = try await lab.admin("?group_by=\(groups)&format=ndjson")
        #expect(lines.contentType == "application/x-ndjson")
        #expect(try lines.lines.map { try JSONParser.parse($0) } == rows, "\(groups)")
        #expect(rows.reduce(0) { $0 + ($1["requests"]?.integer ?? 0) } == 30, "\(groups)")
        #expect(try await lab.admin("?group_by=\(groups)&format=csv&limit=2").lines.count == 3)
      }
    }
  }

  @Test("CSV has a header, and quotes where they are needed")
  func csv() async throws {
    try await UsageLab.with { lab in
      let day = try await lab.day(ago: 1)
      try await lab.add(at: day, ["route": #"a "b", c"#, "nanos": "1234567890"])
      let answer = try await lab.admin("?group_by=day,route,key&format=csv")
      #expect(answer.contentType?.hasPrefix("text/csv") == true)
      #expect(
        answer.body == """
          day,route,key,requests,errors,cached,prompt_tokens,cached_tokens,completion_tokens,reasoning_tokens,\
          cost_usd,unpriced\r
          \(Self.date(day)),"a ""b"", c",,1,0,0,10,0,1,0,1.23456789,0\r

          """)
      #expect(try await lab.admin("?from=2020-01-01&to=2020-01-02&group_by=day&format=csv").lines.count == 1)
    }
  }

  @Test("a key of a tenant sees its own tenant alone, an administrator what he reaches")
  func reach() async throws {
    try await UsageLab.with { lab in
      _ = try await fill(lab)
      #expect(try await lab.own("?group_by=tenant", tenant: "b").rows.map { $0["tenant"] } == ["b"])
      #expect(try await lab.own("?tenant=b", tenant: "b").rows.map { $0["requests"] } == [1])
      #expect(try await lab.own("?user=ann", tenant: "b").rows.map { $0["requests"] } == [1])
      await #expect(throws: Problem.self) { _ = try await lab.own("?tenant=a", tenant: "b") }
      #expect(try await lab.admin("?group_by=tenant", of: "a").rows.map { $0["tenant"] } == ["a"])
      #expect(try await lab.admin("?tenant=b", of: "a").rows.map { $0["requests"] } == [0])
      #expect(try await lab.admin("/records", of: "b").rows.map { $0["tenant"] } == ["b"])
      #expect(try await lab.admin("/records?tenant=a", of: "b").rows == [])
    }
  }

  @Test(
    "bad input is refused with a sentence",
    arguments: [
      ("?from=yesterday", "from"), ("?from=2026-02-30", "from"), ("?to=2026-13-01", "to"), ("?to=", "to"),
      ("?from=2026-01-02&to=2026-01-01", "to"), ("?from=9999-01-01", "from"),
      ("?group_by=colour", "group_by"),
      ("?group_by=day,", "group_by"), ("?group_by=day,day", "group_by"), ("?group_by=tag:", "group_by"),
      ("?limit=0", "limit"), ("?limit=1001", "limit"), ("?format=xml", "format"), ("?cursor=x", "cursor"),
      ("?group_by=day&cursor=W10", "cursor"), ("?tenant=A", "tenant"), ("?key=sk-sluice-secret", "key"),
      ("?lane=fast", "lane"), ("?colour=red", "colour"), ("?day=2026-01-01", "day"),
      ("?user=a&user=b", "user"),
      ("/records?group_by=day", "group_by"), ("/records?cursor=x", "cursor"),
      ("/records?cursor=1-", "cursor"),
    ])
  func badInput(query: String, parameter: String) async throws {
    try await UsageLab.with { lab in
      do {
        _ = try await lab.admin(query)
        Issue.record("\(query) was taken")
      } catch let problem as Problem {
        guard case .validation(let errors) = problem else {
          Issue.record("\(problem)")
          return
        }
        #expect(errors.issues.map(\.location) == [[.name("query"), .name(parameter)]])
        #expect(!problem.detail.contains("sk-sluice-secret"))
      }
    }
  }
}
