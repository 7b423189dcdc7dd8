import Shared
import Synchronization

/// Chooses what happens to each request: the first rule that matches, else the weather of the command line.
final class Script: Sendable {
  /// What happens without a rule.
  struct Weather: Sendable {
    var latencyMilliseconds = 0
    var latencySpreadMilliseconds = 0
    /// The part of requests that fail, from 0 to 1.
    var errorRate = 0.0
  }

  private struct State {
    var rules: [Rule] = []
    var random: SplitMix
  }

  private static let weatherErrors = [429, 500, 503]
  private let weather: Weather
  private let state: Mutex<State>

  init(weather: Weather, seed: UInt64) {
    self.weather = weather
    state = Mutex(State(random: SplitMix(seed: seed)))
  }

  func replaceRules(_ rules: [Rule]) { state.withLock { $0.rules = rules } }

  /// Takes one use of the rule that it follows.
  func behaviour(for call: ProviderCall, of provider: SimulatedProvider) -> (Behaviour, delay: Duration) {
    state.withLock { state in
      var behaviour = Self.choose(&state, provider, call) ?? chance(&state)
      let spread = behaviour.latencySpreadMilliseconds ?? weather.latencySpreadMilliseconds
      let latency = behaviour.latencyMilliseconds ?? weather.latencyMilliseconds
      // A rule that says how long it takes means exactly that, whatever the weather.
      let isExact = behaviour.latencyMilliseconds != nil && behaviour.latencySpreadMilliseconds == nil
      let extra = isExact || spread == 0 ? 0 : Int.random(in: 0...spread, using: &state.random)
      behaviour.latencyMilliseconds = latency + extra
      return (behaviour, .milliseconds(latency + extra))
    }
  }

  private static func choose(
    _ state: inout State, _ provider: SimulatedProvider, _ call: ProviderCall
  ) -> Behaviour? {
    for index in state.rules.indices where state.rules[index].matches(provider, call) {
      let probability = state.rules[index].probability
      if probability < 1, Double.random(in: 0..<1, using: &state.random) >= probability { continue }
      state.rules[index].use()
      return state.rules[index].behaviour
    }
    return nil
  }

  private func chance(_ state: inout State) -> Behaviour {
    var behaviour = Behaviour.usual
    guard weather.errorRate > 0, Double.random(in: 0..<1, using: &state.random) < weather.errorRate else {
      return behaviour
    }
    behaviour.status = Self.weatherErrors.randomElement(using: &state.random)
    if behaviour.status == 429 { behaviour.retryAfter = 1 }
    return behaviour
  }
}
