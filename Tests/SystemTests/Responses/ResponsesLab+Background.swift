import Shared
import TestSupport
import Testing

/// What tests of responses that take their time wait for.
extension ResponsesLab {
  /// Waits until so many calls to providers are open.
  func waitForCalls(_ count: Int64) async throws {
    try await eventually("\(count) calls are open") {
      try await cluster.simulator.stats()["in_flight"]?.integer == count
    }
  }

  /// The next call to OpenAI has no answer.
  func hang() async throws {
    try await cluster.simulator.script([
      ["provider": "openai", "times": 1, "behaviour": ["hang": "before_headers"]]
    ])
  }

  /// The response once it has ended.
  func ended(_ id: String) async throws -> JSONValue {
    try await eventually("the response ends") {
      let response = try await api.get("/v1/responses/\(id)").json
      // Not by `?:`, whose nil would be null in JSON.
      if ["queued", "in_progress"].contains(response["status"]) { return nil }
      return response
    }
  }
}
