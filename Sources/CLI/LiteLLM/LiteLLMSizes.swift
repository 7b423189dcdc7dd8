import Shared

/// The numbers of a deployment: its weight, its quotas, its prices and lengths.
struct LiteLLMSizes: Sendable {
  private(set) var weight = 1
  private(set) var quotas: [String] = []
  /// Prices of a million tokens, and lengths, by the members of a model here.
  private(set) var members: [String: String] = [:]

  init(
    _ params: JSONObject, _ info: JSONObject, at place: String, _ findings: inout LiteLLMFindings
  ) {
    readWeight(params["weight"], "\(place).litellm_params.weight", &findings)
    for (name, unit) in [("rpm", "requests"), ("tpm", "tokens")] {
      guard let value = params[name], !value.isNull else { continue }
      if let count = Self.count(value) {
        quotas.append("\(count) \(unit)/minute")
      } else {
        findings.left("\(place).litellm_params.\(name)", "it is no whole number above 0")
      }
    }
    readPrices(params, info, place, &findings)
    for (member, name) in [
      ("context_window", "max_input_tokens"), ("max_output_tokens", "max_output_tokens"),
    ] {
      guard let value = info[name], !value.isNull else { continue }
      if let length = Self.count(value) {
        members[member] = String(length)
      } else {
        findings.left("\(place).model_info.\(name)", "it is no whole number above 0")
      }
    }
  }

  private static func count(_ value: JSONValue) -> Int64? {
    (value.integer ?? value.string.flatMap { Int64($0) }).flatMap { $0 > 0 ? $0 : nil }
  }

  private mutating func readWeight(
    _ value: JSONValue?, _ place: String, _ findings: inout LiteLLMFindings
  ) {
    guard let value, !value.isNull else { return }
    guard let told = value.double, told.isFinite else { return findings.left(place, "it is no number") }
    weight = Int(min(max(told.rounded(), 1), 1000))
    if Double(weight) != told {
      findings.changed(place, "\(CellText.text(value)) becomes \(weight); weights are whole, from 1 to 1000")
    }
  }

  private mutating func readPrices(
    _ params: JSONObject, _ info: JSONObject, _ place: String, _ findings: inout LiteLLMFindings
  ) {
    var places: [String] = []
    for (name, price) in [
      ("input", "input_cost_per_token"), ("output", "output_cost_per_token"),
      ("cached_input", "cache_read_input_token_cost"), ("cache_write", "cache_creation_input_token_cost"),
    ] {
      let isOfParams = params[price].map { !$0.isNull } == true
      guard let value = isOfParams ? params[price] : info[price], !value.isNull else { continue }
      places.append("\(place).\(isOfParams ? "litellm_params" : "model_info").\(price)")
      // A token's price may have more places than there are; a million's has not.
      let told = value.double ?? value.string.flatMap { Double($0) }
      guard let dollars = told, dollars >= 0, dollars < 1000 else {
        findings.left(places.removeLast(), "it is no price of a token in dollars")
        continue
      }
      members[name] = NanoDollars(rawValue: Int64((dollars * 1e15).rounded())).description
    }
    guard members["input"] == nil || members["output"] == nil else { return }
    members = [:]
    for place in places {
      findings.left(place, "a price here is of both input and output; give the model both, by hand")
    }
  }
}
