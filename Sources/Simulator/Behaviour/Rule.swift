import Shared

/// One line of a script: which requests it is for, how often it serves, and what happens to them.
struct Rule: Sendable {
  /// Nil for any provider.
  private let provider: SimulatedProvider?
  private let model: String?
  private let promptPart: String?
  /// From 0 to 1.
  let probability: Double
  /// Nil for without end.
  private(set) var usesLeft: Int?
  let behaviour: Behaviour

  init(_ json: JSONValue, place: String) throws(ScriptError) {
    var fields = try Fields(json, place: place)
    let name = try fields.string("provider") ?? "*"
    provider = SimulatedProvider(rawValue: name)
    if provider == nil, name != "*" {
      let names = SimulatedProvider.allCases.map(\.rawValue).joined(separator: ", ")
      throw ScriptError("\(place).provider must be * or one of \(names)")
    }
    model = try fields.string("model")
    promptPart = try fields.string("prompt_contains")
    probability = try fields.number("probability", 0...1) ?? 1
    usesLeft = try fields.count("times")
    behaviour = try Behaviour(fields.value("behaviour") ?? [:], place: "\(place).behaviour")
    try fields.end()
  }

  /// Whether the rule is for such a call and has uses left.
  func matches(_ provider: SimulatedProvider, _ call: ProviderCall) -> Bool {
    guard usesLeft != 0, self.provider == nil || self.provider == provider else { return false }
    if let model, model != call.model { return false }
    if let promptPart { return call.promptContains(promptPart) }
    return true
  }

  mutating func use() {
    if let left = usesLeft { usesLeft = left - 1 }
  }
}
