import Shared

/// The metadata of LiteLLM's keys and teams: what is the operator's own, and what are settings.
enum LiteLLMMetadata {
  private static let bounds: Set<String> = ["model_rpm_limit", "model_tpm_limit", "soft_budget"]
  private static let hints = [
    "tags": "say tags in the `metadata` of requests", "guardrails": "there are no guards here",
    "logging": "what it holds may be secret, and goes nowhere",
    "secret_manager_settings": "what it holds may be secret, and goes nowhere",
    "rpm_limit_type": "limits here are exact", "tpm_limit_type": "limits here are exact",
    "team_member_budget_id": "bound each user of the tenant with --user-budget",
  ]
  /// Room for what is said of where a record comes from.
  private static let mostBytes = 7168

  /// What goes into our metadata, and which of our bounds stand in it. Only single values are taken: LiteLLM keeps settings
  /// there as well, secrets of loggers among them.
  static func read(
    _ metadata: JSONObject, at place: String, _ findings: inout LiteLLMFindings
  ) -> (own: JSONObject, bounds: JSONObject) {
    var (own, found) = (JSONObject(), JSONObject())
    for (name, value) in metadata where value.saysSomething {
      if bounds.contains(name) {
        found[name] = value
      } else if hints[name] == nil, value.array == nil, value.object == nil, !looksSecret(name, value) {
        own[name] = value
      } else {
        findings.left(
          "\(place).metadata.\(name)", hints[name] ?? "only single values that are no secrets are taken")
      }
    }
    if JSONValue.object(own).serialized().readableBytes > mostBytes {
      findings.left("\(place).metadata", "it is larger than the 8192 bytes that there are")
      own = [:]
    }
    return (own, found)
  }

  private static func looksSecret(_ name: String, _ value: JSONValue) -> Bool {
    let words = ["secret", "password", "token", "api_key", "apikey"]
    let isNamedSo = words.contains { name.lowercased().contains($0) }
    return isNamedSo || value.string.map { $0.hasPrefix("sk-") || $0.contains("PRIVATE KEY") } == true
  }
}
