import Shared

/// The limits and budgets of one of LiteLLM's keys, teams or budget tables, in our words.
struct LiteLLMBounds: Sendable {
  /// What it reads.
  static let members: Set<String> = [
    "rpm_limit", "tpm_limit", "tpd_limit", "max_parallel_requests", "max_budget", "soft_budget",
    "budget_duration", "budget_limits",
    "model_max_budget", "model_rpm_limit", "model_tpm_limit",
  ]

  private(set) var limits: [JSONValue] = []
  private(set) var budgets: [JSONValue] = []
  /// Nothing may be asked at all.
  private(set) var isShut = false

  private let place: String
  /// The models and routes that there will be; nil where that is not known.
  private let models: Set<String>?

  init(
    _ object: JSONObject, models: Set<String>? = nil, at place: String, _ findings: inout LiteLLMFindings
  ) {
    self.place = place
    self.models = models
    readLimits(object, &findings)
    readModelLimits(object, &findings)
    readBudgets(object, &findings)
    readModelBudgets(object, &findings)
  }

  // MARK: - Limits

  private mutating func readLimits(_ object: JSONObject, _ findings: inout LiteLLMFindings) {
    for (name, unit) in [
      ("rpm_limit", "requests/minute"), ("tpm_limit", "tokens/minute"), ("tpd_limit", "tokens/day"),
      ("max_parallel_requests", "running"),
    ] {
      guard let value = object[name], !value.isNull else { continue }
      if add(limit: value, unit, nil, name, &findings), name == "max_parallel_requests" {
        findings.changed(
          "\(place).\(name)", "what is over it waits here for its turn, where LiteLLM refuses it")
      }
    }
  }

  private mutating func readModelLimits(_ object: JSONObject, _ findings: inout LiteLLMFindings) {
    for (name, unit) in [("model_rpm_limit", "requests/minute"), ("model_tpm_limit", "tokens/minute")] {
      for (model, value) in findings.members(object[name], at: "\(place).\(name)")
      where isThere(model, name, &findings) {
        _ = add(limit: value, unit, model, "\(name).\(model)", &findings)
      }
    }
  }

  /// Returns whether there is one.
  private mutating func add(
    limit value: JSONValue, _ unit: String, _ model: String?, _ name: String,
    _ findings: inout LiteLLMFindings
  ) -> Bool {
    guard let count = value.integer ?? value.string.flatMap({ Int64($0) }) else {
      findings.left("\(place).\(name)", "it is no whole number")
      return false
    }
    if count == 0 {
      isShut = isShut || model == nil
      findings.changed(
        "\(place).\(name)",
        "a limit of 0 is none here: \(model == nil ? "it is made disabled" : "leave the model out of models")"
      )
      return false
    }
    do throws(RecordFault) {
      let limit = try Limit(parsing: "\(count) \(unit)", model: model)
      limits.append(limit.json)
      return true
    } catch {
      findings.left("\(place).\(name)", error.sentence)
      return false
    }
  }

  /// Whether a model that a bound is of is there; the server refuses bounds of others.
  private func isThere(_ model: String, _ name: String, _ findings: inout LiteLLMFindings) -> Bool {
    guard let models, !models.contains(model), !model.contains("*") else { return true }
    findings.left("\(place).\(name).\(model)", "\"\(model)\" is no route of the configuration")
    return false
  }

  // MARK: - Budgets

  private mutating func readBudgets(_ object: JSONObject, _ findings: inout LiteLLMFindings) {
    let duration = object["budget_duration"]?.string
    for (name, kind) in [("max_budget", BudgetDemand.Kind.hard), ("soft_budget", .soft)] {
      guard let value = object[name], !value.isNull else { continue }
      add(budget: value, duration, kind, nil, name, &findings)
    }
    let others = findings.list(object["budget_limits"], at: "\(place).budget_limits")
    for (index, entry) in others.enumerated() {
      add(
        budget: entry["max_budget"] ?? .null, entry["budget_duration"]?.string, .hard, nil,
        "budget_limits[\(index)]",
        &findings)
    }
    if !budgets.isEmpty, let spent = object["spend"]?.double, spent > 0 {
      findings.changed(
        "\(place).spend", "budgets begin anew here; \(CellText.text(object["spend"])) USD were spent there")
    }
  }

  private mutating func readModelBudgets(_ object: JSONObject, _ findings: inout LiteLLMFindings) {
    for (model, entry) in findings.members(object["model_max_budget"], at: "\(place).model_max_budget")
    where isThere(model, "model_max_budget", &findings) {
      // Older versions have a bare number.
      let most = entry["budget_limit"] ?? entry["max_budget"] ?? entry
      let duration = (entry["time_period"] ?? entry["budget_duration"])?.string
      add(budget: most, duration, .hard, model, "model_max_budget.\(model)", &findings)
    }
  }

  private mutating func add(
    budget value: JSONValue, _ duration: String?, _ kind: BudgetDemand.Kind, _ model: String?, _ name: String,
    _ findings: inout LiteLLMFindings
  ) {
    guard let most = NanoDollars(told: value, atMost: .most) else {
      findings.left("\(place).\(name)", "it is no sum of dollars")
      return
    }
    guard most > .zero else {
      if kind == .hard {
        isShut = isShut || model == nil
        findings.changed(
          "\(place).\(name)",
          "a budget of 0 is none here: \(model == nil ? "it is made disabled" : "leave the model out of models")"
        )
      }
      return
    }
    guard let period = Self.period(duration) else {
      findings.left(
        "\(place).\(name)",
        "\(most) USD each \(duration ?? ""): budgets here are by day, week, month or for life; give it one by hand"
      )
      return
    }
    if period == .month || period == .week || period == .day {
      findings.changed(
        "\(place).\(name)",
        "\(duration ?? "") becomes a \(period.rawValue) of the calendar, in the time zone of the tenant (UTC)"
      )
    }
    var members: JSONObject = ["per": .string(period.rawValue), "kind": .string(kind.rawValue)]
    members["usd"] = Double(most.description).map(JSONValue.double) ?? value
    if let model { members["model"] = .string(model) }
    do throws(RecordFault) { budgets.append(try Budget(json: .object(members)).json) } catch {
      findings.left("\(place).\(name)", error.sentence)
    }
  }

  private static func period(_ duration: String?) -> BudgetPeriod? {
    switch duration?.lowercased() {
    case nil: .life
    case "1d", "24h", "daily": .day
    case "7d", "1w", "weekly": .week
    case "28d", "30d", "31d", "1mo", "1month", "monthly": .month
    default: nil
    }
  }
}
