import Shared
import TestSupport
import Testing

@Suite("The provider simulator's control")
struct SimulatorControlTests {
  @Test("remembers requests in their order, with headers and body")
  func requests() async throws {
    try await SimulatorProcess.with { simulator in
      for prompt in ["one", "two"] { _ = try await ProviderAPI.groq.ask(simulator, prompt) }
      _ = try await ProviderAPI.gemini.ask(simulator, "three", isStream: true)
      let requests = try await simulator.requests(provider: "groq")
      #expect(requests.map { $0["body"] } == ["one", "two"].map { ProviderAPI.groq.question($0) })
      #expect(requests.first?["headers"]?["Authorization"] == "Bearer key")
      let gemini = try await simulator.requests(provider: "gemini")
      #expect(gemini.first?["path"]?.string == ProviderAPI.gemini.path(isStream: true))
      let stats = try await simulator.stats()
      #expect(stats["total"] == 3)
      #expect(stats["providers"]?["groq"]?["total"] == 2)
      #expect(requests.allSatisfy { $0["received_at"]?.integer != nil })
      try await eventually("the time at which it ended is noted") {
        try await simulator.requests(provider: "groq").allSatisfy { $0["ended_at"]?.integer != nil }
      }
    }
  }

  @Test(
    "refuses a script with a field or a value that it does not know",
    arguments: [
      (["statsu": 500], "statsu"), (["line_ending": "lfcr"], "line_ending"),
      (["tool_calls": ["name": "f"]], "tool_calls"), (["tool_calls": [["arguments": [:]]]], "needs a name"),
      (["tool_calls": [["name": "f", "arguments": "{}"]]], "tool_calls[0].arguments"),
    ] as [(JSONValue, String)])
  func misspelt(behaviour: JSONValue, place: String) async throws {
    try await SimulatorProcess.with { simulator in
      let error = await #expect(throws: SimulatorProcess.Refused.self) {
        try await simulator.script([["behaviour": behaviour]])
      }
      #expect(error?.description.contains(place) == true, "\(error?.description ?? "")")
    }
  }

  @Test("draws the same faults from the same seed, set by the command line")
  func seed() async throws {
    func statuses(seed: String) async throws -> [Int] {
      try await SimulatorProcess.with(arguments: ["--error-rate", "0.5", "--seed", seed]) { simulator in
        var statuses: [Int] = []
        for _ in 0..<30 { statuses.append(try await ProviderAPI.groq.ask(simulator, "a").status) }
        return statuses
      }
    }
    let first = try await statuses(seed: "7")
    #expect(first.contains(200))
    #expect(first.contains { $0 != 200 })
    #expect(try await statuses(seed: "7") == first)
    #expect(try await statuses(seed: "8") != first)
  }

  @Test("ends at once on SIGTERM, with requests that hang")
  func ends() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["hang": "before_headers"]]])
      let call = Task { try await ProviderAPI.groq.ask(simulator, "a") }
      try await eventually("the request is under way") { try await simulator.stats()["in_flight"] == 1 }
      await simulator.process.terminate()
      #expect(simulator.process.exitStatus == 0)
      await #expect(throws: (any Error).self) { _ = try await call.value }
    }
  }
}
