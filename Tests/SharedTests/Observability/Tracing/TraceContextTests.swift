import Testing

@testable import Shared

@Suite("Trace context from headers")
struct TraceContextTests {
  private let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  @Test("traceparent is read and written as it was")
  func roundTrip() throws {
    let context = try #require(TraceContext(traceparent: parent))
    #expect(context.traceID.description == "0af7651916cd43dd8448eb211c80319c")
    #expect(context.spanID.description == "b7ad6b7169203331" && context.isSampled && !context.isRandom)
    #expect(context.traceparent == parent)
    #expect(
      TraceContext(traceparent: String(parent.dropLast(2) + "03"))?.traceparent.hasSuffix("-03") == true)
  }

  @Test("a higher version is read by its first four fields, and answered as version 00")
  func higherVersion() {
    for text in ["cc" + parent.dropFirst(2), "01" + parent.dropFirst(2) + "-and-more"] {
      #expect(TraceContext(traceparent: text)?.traceparent == parent)
    }
    // Flags that version 00 does not know are not passed on.
    #expect(TraceContext(traceparent: "01" + parent.dropFirst(2).dropLast(2) + "ff")?.flags == 3)
  }

  @Test(
    "what is malformed, of version ff or names nothing is none",
    arguments: [
      "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
      "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
      "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "FF-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
      "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
      "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
      " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333ü-01",
    ])
  func malformed(text: String) {
    #expect(TraceContext(traceparent: text) == nil)
  }

  @Test("ten traceparents are none, and state without one is none")
  func many() {
    #expect(TraceContext(traceparents: Array(repeating: parent, count: 10), states: ["a=b"]) == nil)
    #expect(TraceContext(traceparents: [], states: ["a=b"]) == nil)
  }

  @Test("tracestate is passed on as it came, its fields joined")
  func state() {
    func state(_ values: String...) -> String? {
      TraceContext(traceparents: [parent], states: values)?.state
    }
    #expect(state("rojo=00f067aa0ba902b7 , congo=t61rcWkgMzE") == "rojo=00f067aa0ba902b7 , congo=t61rcWkgMzE")
    #expect(state("a=1", "", "b=2") == "a=1,b=2")
    #expect(state() == "")
  }

  @Test("a tracestate that is malformed or has too many members goes; one that is too long loses its oldest")
  func boundedState() {
    func state(_ value: String) -> String? { TraceContext(traceparents: [parent], states: [value])?.state }
    #expect(state("a=1\nb=2") == "" && state("a") == "" && state("=1") == "" && state("a=ü") == "")
    #expect(state((0..<33).map { "k\($0)=v" }.joined(separator: ",")) == "")
    let long = (0..<32).map { "k\($0)=" + String(repeating: "v", count: 200) }
    #expect(state(long.joined(separator: ",")) == long.prefix(20).joined(separator: ","))
  }

  @Test("10 KB of baggage lose the members that have no room, each as a whole")
  func baggage() {
    let members = (0..<100).map { "k\($0)=" + String(repeating: "v", count: 96) }
    let kept = Baggage.text(of: [members.joined(separator: ",")])
    #expect(kept.utf8.count <= 8192 && members.joined(separator: ",").hasPrefix(kept))
    #expect(kept.split(separator: ",").allSatisfy { $0.utf8.count >= 99 })
    #expect(Baggage.text(of: [String(repeating: "x", count: 10_000)]) == "")
    #expect(Baggage.text(of: ["a=1;p=2", "b = %20"]) == "a=1;p=2,b = %20")
    #expect(Baggage.text(of: ["a=1\r\nx: y"]) == "")
  }
}
