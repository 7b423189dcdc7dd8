import NIOCore
import Shared
import TestSupport
import Testing

@testable import API

@Suite("Streams as Anthropic's clients read them")
struct MessagesWriterTests {
  private func events(
    _ write: (inout any StreamWriter, inout ByteBuffer) -> Void
  ) throws -> [(name: String?, data: JSONValue)] {
    let job = AnsweredJob(id: JobID(unixMilliseconds: 1), created: 1, requestID: RequestID("r-1"))
    var writer = MessagesWriter(model: "m", promptTokens: 9).stream(of: job)
    var bytes = ByteBuffer()
    write(&writer, &bytes)
    return try String(buffer: bytes).split(separator: "\n\n").map { event in
      let lines = event.split(separator: "\n")
      let name = lines.first.map { String($0.dropFirst("event: ".count)) }
      return (name, try JSONParser.parse(String(lines[1].dropFirst("data: ".count))))
    }
  }

  @Test("a late and quiet stream has its start and pings, and nothing is quiet for longer than ten seconds")
  func quiet() throws {
    let result = JobResult(
      answer: Answer("Hello", finishReason: .length), provider: "p", model: "m", cost: .zero, latency: .zero,
      cascadePath: [])
    let stored = try #require(StoredResult(result.encoded()))
    let events = try events { writer, bytes in
      #expect(writer.patience == .seconds(10))
      writer.begin(to: &bytes)
      writer.goOn(&bytes)
      writer.write(AnswerDelta("Hel"), of: Target(provider: "p", model: "x"), to: &bytes)
      writer.goOn(&bytes)
      writer.write(AnswerDelta("lo"), of: nil, to: &bytes)
      writer.end(with: stored, to: &bytes)
    }
    #expect(MessagesOrder.faults(in: events) == [])
    #expect(events.prefix(3).map(\.name) == ["message_start", "ping", "ping"])
    #expect(events.dropLast().last?.data["delta"]?["stop_reason"] == "max_tokens")
  }

  @Test("a stream that breaks ends with an error event, before its start as well as behind it")
  func broken() throws {
    for isBegun in [false, true] {
      let events = try events { writer, bytes in
        if isBegun { writer.write(AnswerDelta("Hel"), of: nil, to: &bytes) }
        writer.fail(with: .internalError, to: &bytes)
      }
      #expect(MessagesOrder.faults(in: events) == [])
      let error = try #require(events.last)
      #expect(error.name == "error" && error.data["error"]?["type"] == "api_error")
      #expect(error.data["request_id"] == "r-1")
    }
  }
}
