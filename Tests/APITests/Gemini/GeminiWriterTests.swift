import NIOCore
import Shared
import Testing

@testable import API

@Suite("Streams as Gemini's clients read them")
struct GeminiWriterTests {
  private func stream(isArray: Bool, _ write: (inout any StreamWriter, inout ByteBuffer) -> Void) -> String {
    let job = AnsweredJob(id: JobID(unixMilliseconds: 1), created: 1, requestID: RequestID(nil))
    var writer = GeminiWriter(model: "m", isArray: isArray).stream(of: job)
    var bytes = ByteBuffer()
    write(&writer, &bytes)
    return String(buffer: bytes)
  }

  private func result(_ answer: Answer) throws -> StoredResult {
    let result = JobResult(
      answer: answer, provider: "p", model: "m", cost: .zero, latency: .zero, cascadePath: [])
    return try #require(StoredResult(result.encoded()))
  }

  @Test("an array is one JSON text, however quiet it was meanwhile, and also where it breaks")
  func array() throws {
    let result = try result(Answer("Hello", finishReason: .length))
    let whole = stream(isArray: true) { writer, bytes in
      writer.goOn(&bytes)
      writer.write(AnswerDelta("Hel"), of: Target(provider: "p", model: "x"), to: &bytes)
      writer.goOn(&bytes)
      writer.write(AnswerDelta("lo"), of: nil, to: &bytes)
      writer.end(with: result, to: &bytes)
    }
    let elements = try #require(JSONParser.parse(whole).array)
    #expect(elements.map { $0["candidates"]?[0]?["content"]?["parts"]?[0]?["text"] } == ["Hel", "lo", ""])
    #expect(elements.last?["candidates"]?[0]?["finishReason"] == "MAX_TOKENS")
    let broken = stream(isArray: true) { writer, bytes in
      writer.write(AnswerDelta("Hel"), of: nil, to: &bytes)
      writer.fail(with: .internalError, to: &bytes)
    }
    #expect(try JSONParser.parse(broken)[1]?["error"]?["status"] == "INTERNAL")
    let failed = stream(isArray: true) { $0.fail(with: .internalError, to: &$1) }
    #expect(try JSONParser.parse(failed)[0]?["error"]?["code"] == 500)
  }

  @Test("a quiet stream of events has empty lines, since google-genai takes a comment for JSON")
  func events() throws {
    let text = stream(isArray: false) { writer, bytes in
      writer.goOn(&bytes)
      writer.write(AnswerDelta("Hi"), of: nil, to: &bytes)
      writer.goOn(&bytes)
      writer.fail(with: .internalError, to: &bytes)
    }
    let lines = text.split(separator: "\n")
    #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("data: {") })
    #expect(lines.last?.hasPrefix(#"data: {"error":{"#) == true)
  }
}
