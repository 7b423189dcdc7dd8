import NIOCore
import Shared
import TestSupport
import Testing

@Suite("The provider simulator's faults of connections and streams")
struct SimulatorStreamFaultTests {
  private static let points = [
    "before_headers", "before_body", "mid_body", "mid_stream", "before_terminal_event",
  ]

  @Test("close the connection where told, whole or in a stream", arguments: points, ProviderAPI.allCases)
  func cuts(point: String, api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["cut": .string(point)]]])
      for isStream in [false, true] {
        await #expect(throws: (any Error).self) {
          _ = try await api.ask(simulator, "hello", isStream: isStream)
        }
      }
      try await eventually("the requests are gone") { try await simulator.stats()["in_flight"] == 0 }
      #expect(try await simulator.stats()["aborted"] == 0, "its client did not leave")
    }
  }

  @Test("hang until the client goes, and count it as aborted", arguments: points, [false, true])
  func hangs(point: String, isStream: Bool) async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["hang": .string(point)]]])
      let calls = ProviderAPI.allCases.map { api in
        Task { try await api.ask(simulator, "hello", isStream: isStream) }
      }
      let count = JSONValue.integer(Int64(calls.count))
      try await eventually("the requests are under way") { try await simulator.stats()["in_flight"] == count }
      for call in calls {
        call.cancel()
        await #expect(throws: (any Error).self) { _ = try await call.value }
      }
      try await eventually("the requests are gone") { try await simulator.stats()["in_flight"] == 0 }
      #expect(try await simulator.stats()["aborted"] == count)
    }
  }

  @Test(
    "send all of the text and nothing that says so, before the terminal event",
    arguments: ProviderAPI.allCases)
  func withoutEnd(api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([
        ["behaviour": ["answer": "one two three four", "cut": "before_terminal_event"]]
      ])
      let received = try await RawConnection.with(port: simulator.port) { connection in
        try await connection.send(api.rawRequest("hello", isStream: true))
        return await connection.untilClosed()
      }
      for end in ["[DONE]", "message_stop", "stop_reason\":\"", "finish_reason\":\"", "finishReason"] {
        #expect(!received.contains(end))
      }
      // Gemini's last event is text, too.
      #expect(received.contains(api == .gemini ? "one two three" : "four"))
    }
  }

  @Test("cut after exactly so many events, comments not counted", arguments: ProviderAPI.allCases)
  func cutAfterEvents(api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      for count in [0, 1, 3] {
        try await simulator.script([["behaviour": ["cut_after_events": .integer(Int64(count))]]])
        let received = try await RawConnection.with(port: simulator.port) { connection in
          try await connection.send(api.rawRequest("hello", isStream: true))
          return await connection.untilClosed()
        }
        #expect(received.hasPrefix("HTTP/1.1 200 OK"))
        #expect(received.components(separatedBy: "data: ").count - 1 == count, "\(received)")
        #expect(!received.hasSuffix("0\r\n\r\n"), "the body has no end")
      }
      // A whole answer takes no notice.
      #expect(try await api.ask(simulator, "hello").status == 200)
    }
  }

  @Test("hang after exactly so many events")
  func hangAfterEvents() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["hang_after_events": 2, "answer": "one two three four"]]])
      let received = try await RawConnection.with(port: simulator.port) { connection in
        try await connection.send(ProviderAPI.groq.rawRequest("hello", isStream: true))
        return await connection.text(until: "three")
      }
      #expect(received.components(separatedBy: "data: ").count - 1 == 2)
      try await eventually("the request is gone") { try await simulator.stats()["in_flight"] == 0 }
    }
  }

  @Test("break a stream off with an error and without its end", arguments: ProviderAPI.allCases)
  func errorInStream(api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["body": "error_200", "status": 529]]])
      let reply = try await api.ask(simulator, "hello", isStream: true)
      #expect(reply.status == 200)
      #expect(try reply.events.last?["error"] != nil)
      #expect(!reply.body.contains("[DONE]") && !reply.body.contains("message_stop"))
      if api == .anthropic {
        #expect(reply.body.contains("event: error\n"))
        #expect(try reply.events.last?["error"]?["type"] == "overloaded_error")
      }
    }
  }

  @Test("never end an endless answer, whole or in a stream", arguments: ProviderAPI.allCases, [false, true])
  func endless(api: ProviderAPI, isStream: Bool) async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["endless": true]]])
      await #expect(throws: HTTPReply.Failure.self) {
        _ = try await api.ask(simulator, "hello", isStream: isStream, timeout: .seconds(30))
      }
      try await eventually("the request is gone") { try await simulator.stats()["in_flight"] == 0 }
    }
  }

  @Test("begin comments that never end, after half of the events")
  func endlessComments() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["endless_comments": true]]])
      let received = try await RawConnection.with(port: simulator.port) { connection in
        try await connection.send(ProviderAPI.groq.rawRequest("hello", isStream: true))
        return await connection.text(until: ": still there\n\n: still there\n\n")
      }
      #expect(received.contains("data: {"))
      #expect(!received.contains("[DONE]"))
      try await eventually("the request is gone") { try await simulator.stats()["in_flight"] == 0 }
    }
  }

  @Test("end lines with CR alone, and say the same", arguments: ProviderAPI.allCases)
  func carriageReturn(api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      let plain = try await api.ask(simulator, "hello", isStream: true)
      try await simulator.script([["behaviour": ["line_ending": "cr"]]])
      let reply = try await api.ask(simulator, "hello", isStream: true)
      #expect(!reply.body.utf8.contains(UInt8(ascii: "\n")))
      #expect(reply.body.hasSuffix("\r\r"))
      #expect(try api.text(of: reply.events) == api.text(of: plain.events))
    }
  }

  @Test("make a line of 2 MB, and say the same", arguments: ProviderAPI.allCases)
  func longLine(api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      let plain = try await api.ask(simulator, "hello", isStream: true)
      try await simulator.script([["behaviour": ["long_line": 2_000_000]]])
      let reply = try await api.ask(simulator, "hello", isStream: true)
      let lengths = reply.body.split(whereSeparator: \.isNewline).map(\.utf8.count)
      #expect(lengths.filter { $0 > 1_999_000 }.count == 1)
      #expect(try api.text(of: reply.events) == api.text(of: plain.events))
    }
  }

  @Test("send a text that looks like events only as escaped JSON", arguments: ProviderAPI.allCases)
  func escaped(api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      let answer = "a\n\ndata: {\"x\":1}\n\nevent: done\r\n\r\ndata: [DONE]\n\n"
      try await simulator.script([["behaviour": ["answer": .string(answer)]]])
      let events = try await api.ask(simulator, "hello", isStream: true).events
      #expect(api.text(of: events) == answer)
      #expect(events.allSatisfy { $0["x"] == nil })
    }
  }
}
