import Shared

/// What is counted of calls to providers, by target.
final class TargetFamilies: Sendable {
  let attempts = CounterFamily(Metrics.attempts)
  let durations = HistogramFamily(Metrics.clientDuration)
  let usage = HistogramFamily(Metrics.clientTokens)
  let firstPieces = HistogramFamily(Metrics.firstPiece)
  let tokens = CounterFamily(Metrics.tokens)
  let cost = CounterFamily(Metrics.cost, places: 9)

  func write(to text: inout MetricsText) {
    for family in [attempts, tokens, cost] { family.write(to: &text) }
    for family in [durations, usage, firstPieces] { family.write(to: &text) }
  }
}
