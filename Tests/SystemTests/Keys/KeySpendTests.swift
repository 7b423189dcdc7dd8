import Shared
import TestSupport
import Testing

@Suite("What a hard budget pays for")
struct KeySpendTests {
  @Test("targets without a known price are passed over while a hard budget stands, where the tenant says so")
  func unpriced() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("strict", ["budgets": ["5/day"], "unpriced": "refuse"])
      try await lab.makeTenant(
        "soft", ["budgets": [["usd": 5, "per": "day", "kind": "soft"]], "unpriced": "refuse"])
      try await lab.makeTenant("open", ["budgets": ["5/day"]])
      func ask(_ tenant: String, _ model: String) async throws -> HTTPReply {
        let (_, key) = try await lab.makeKey(of: tenant)
        return try await lab.call(
          .POST, "/query", ["prompt": "Why?", "model": .string(model), "cache": "off", "max_tokens": 10],
          key: key)
      }
      let refused = try await ask("strict", "groq/nobody-knows-its-price")
      #expect(refused.status == 403)
      #expect(
        refused.json["detail"]
          == #"No target of "groq/nobody-knows-its-price" has a known price, and tenant strict refuses such while it has a hard budget."#
      )
      for tenant in ["soft", "open"] {
        #expect(try await ask(tenant, "groq/nobody-knows-its-price").status == 200, "\(tenant)")
      }
      let priced = try await ask("strict", "default")
      #expect(priced.status == 200)
      let left = try await lab.call(.GET, "/admin/tenants/strict").json["left"]?["budgets"]?[0]
      #expect((left?["used"]?.double ?? 0) > 0 && left?["reserved"]?.double == 0)
    }
  }
}
