import Shared

/// Makes the tenants and keys of a plan, and hands out the new keys.
struct LiteLLMImport: Sendable {
  let client: AdminClient

  /// What became of it.
  struct Outcome: Sendable, Hashable {
    var tenants = 0
    var keys = 0
    /// Those that were there from an earlier run.
    var kept = 0
    var refusals: [String] = []

    var text: String {
      let made = "Made: tenants \(tenants), keys \(keys). There already: \(kept).\n"
      guard !refusals.isEmpty else { return made }
      return made + "\nThe server refused\n" + refusals.map { "  \($0)\n" }.joined()
    }
  }

  /// What the server refuses is gathered, and the rest goes on. What was made by an earlier run is not made again.
  func run(_ plan: LiteLLMPlan, handOut: (String) throws(CommandFailure) -> Void) async throws(CommandFailure)
    -> Outcome
  {
    var outcome = Outcome()
    for tenant in plan.tenants {
      let name = "tenant \(CellText.text(tenant["id"]))"
      do throws(CommandFailure) {
        _ = try await client.send(.POST, AdminPath("admin", "tenants"), .object(tenant))
        outcome.tenants += 1
      } catch {
        try outcome.take(error, of: name)
      }
    }
    let known = try await tokens()
    for key in plan.keys {
      if let token = key["metadata"]?["litellm_token"]?.string, known.contains(token) {
        outcome.kept += 1
        continue
      }
      let name = "key \(CellText.text(key["name"])) of \(CellText.text(key["tenant"]))"
      do throws(CommandFailure) {
        let made = try await client.send(.POST, AdminPath("admin", "keys"), .object(key)).json
        try handOut(Self.line(key, made))
        outcome.keys += 1
      } catch {
        try outcome.take(error, of: name)
      }
    }
    return outcome
  }

  static let titles = CSVRow.line(["tenant", "name", "litellm_key", "id", "key"])

  private static func line(_ key: JSONObject, _ made: JSONValue) -> String {
    CSVRow.line(
      [key["tenant"], key["name"], key["metadata"]?["litellm_key"], made["id"], made["key"]].map {
        CSVRow.cell($0)
      })
  }

  /// Of LiteLLM's keys those that have successors here.
  private func tokens() async throws(CommandFailure) -> Set<String> {
    let keys = try await client.list(AdminPath("admin", "keys"))
    return Set(keys.compactMap { $0["metadata"]?["litellm_token"]?.string })
  }
}

extension LiteLLMImport.Outcome {
  /// Notes what the server refused; throws what is none of its refusals of this one record.
  fileprivate mutating func take(_ failure: CommandFailure, of name: String) throws(CommandFailure) {
    guard case .refused(let status, let sentence) = failure, [400, 403, 409, 422].contains(status) else {
      throw failure
    }
    if status == 409, name.hasPrefix("tenant ") {
      kept += 1
    } else {
      refusals.append("\(name): \(sentence)")
    }
  }
}
