import Shared
import TestSupport
import Testing

@Suite("Random mixtures of answers: texts, calls, pictures, sounds, thoughts, refusals, filters")
struct MixtureTests {
  /// Each may hold two connections and wants a third now and then; a client has eight.
  private static let atOnce = 3

  @Test(
    "whole, streamed, cached, coalesced and as events it is what the provider said, of one call for each answer",
    arguments: [Dialect.chat, .messages, .gemini])
  func everyWay(dialect: Dialect) async throws {
    for seeds in MixtureScale.current.batches {
      let mixtures = seeds.map { Mixture(dialect, seed: $0) }
      try await MixtureLab.with(mixtures) { lab in
        await withTaskGroup(of: Void.self) { group in
          for (place, mixture) in mixtures.enumerated() {
            if place >= Self.atOnce { await group.next() }
            group.addTask { await MixtureRun(lab: lab, mixture: mixture)() }
          }
        }
      }
    }
  }

  @Test(
    "there is everything in them that a dialect has, and the same for the same seed",
    arguments: [Dialect.chat, .messages, .gemini])
  func kinds(dialect: Dialect) {
    let mixtures = (0..<200).map { Mixture(dialect, seed: $0) }
    let members = mixtures.reduce(into: Set<String>()) { $0.formUnion($1.wire.told.message.keys) }
    let common: Set = ["content", "reasoning_content", "reasoning_details", "tool_calls", "annotations"]
    let own: Set<String> =
      switch dialect {
      case .chat, .responses: ["refusal", "reasoning", "images", "audio", "function_call", "x_note"]
      case .messages: []
      case .gemini: ["images", "audio"]
      }
    #expect(members == common.union(own))
    let ends = Set(mixtures.map(\.wire.told.finishReason))
    #expect(ends == ["stop", "length", "tool_calls", "content_filter"])
    for filter in [Mixture.Filter.nothing, .all, .rest] {
      #expect(mixtures.contains { $0.filter == filter })
    }
    let again = Mixture(dialect, seed: 7).wire
    #expect(again.whole == mixtures[7].wire.whole && again.events == mixtures[7].wire.events)
  }
}
