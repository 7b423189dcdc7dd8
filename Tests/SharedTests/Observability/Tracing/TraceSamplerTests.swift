import Testing

@testable import Shared

@Suite("Which traces are recorded")
struct TraceSamplerTests {
  private func parent(isSampled: Bool) throws -> TraceContext {
    let trace = try #require(TraceID(high: 1, low: 2))
    return TraceContext(traceID: trace, spanID: try #require(SpanID(rawValue: 3)), isSampled: isSampled)
  }

  @Test("a client's choice holds, whatever holds for traces that begin here", arguments: [true, false])
  func parents(isSampled: Bool) throws {
    let parent = try parent(isSampled: isSampled)
    for root in [TraceSampler.Root.always, .never, .ratio(0.5)] {
      #expect(TraceSampler(root).samples(parent.traceID, parent: parent) == isSampled)
    }
    #expect(TraceSampler(.always, followsParent: false).samples(parent.traceID, parent: parent))
    #expect(!TraceSampler(.never, followsParent: false).samples(parent.traceID, parent: parent))
  }

  @Test("a ratio of the names is recorded, and all who take part choose alike")
  func ratio() throws {
    var generator = SplitMix(seed: 7)
    let names = try (0..<20_000).map { _ in
      try #require(TraceID(high: generator.next(), low: generator.next()))
    }
    let tenth = names.filter { TraceSampler(.ratio(0.1)).samples($0) }
    #expect((1_800...2_200).contains(tenth.count))
    #expect(tenth.allSatisfy { TraceSampler(.ratio(0.2)).samples($0) })
    #expect(!names.contains { TraceSampler(.ratio(0)).samples($0) })
    #expect(names.allSatisfy { TraceSampler(.ratio(1)).samples($0) })
  }
}
