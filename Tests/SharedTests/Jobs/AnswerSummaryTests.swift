import NIOCore
import Testing

@testable import Shared

@Suite("What log lines tell of an answer")
struct AnswerSummaryTests {
  private func result(_ response: String, _ usage: TokenUsage) -> JobResult {
    JobResult(
      response: response, provider: "gemini", model: "flash/8 \"x\"", finishReason: .length, usage: usage,
      cost: NanoDollars(rawValue: 27_500), latency: .milliseconds(128),
      cascadePath: [
        CascadeStep(provider: "a", model: "b", status: .skipped, reason: "open", latency: .zero),
        CascadeStep(provider: "c", model: "d", status: .failed, reason: "x", latency: .milliseconds(3)),
        CascadeStep(
          provider: "gemini", model: "f", status: .success, reason: nil, latency: .milliseconds(125)),
      ])
  }

  @Test(
    "it is read past any answer", arguments: ["Hi", "", #"} ] " \ "provider":"x" {"#, "é\n\u{1F642}\t\u{0}"])
  func answers(response: String) throws {
    let usage = TokenUsage(promptTokens: 14, completionTokens: 24, cachedTokens: 5, reasoningTokens: 7)
    for form in [StoredForm.parts, .message] {
      var thoughtful = result(response, usage)
      thoughtful.dropped = ["seed"]
      for stored in [result(response, usage).encoded(as: form), thoughtful.encoded(as: form)] {
        let summary = try #require(AnswerSummary(stored))
        #expect(summary.target == Target(provider: "gemini", model: "flash/8 \"x\""))
        #expect(summary.finishReason == "length" && summary.cost == "0.0000275")
        #expect(summary.promptTokens == 14 && summary.completionTokens == 24)
        #expect(summary.cachedTokens == 5 && summary.reasoningTokens == 7)
        #expect(summary.attempts == 2 && summary.latency == .milliseconds(128) && summary.failure == nil)
      }
    }
  }

  @Test("of a failure its code, and what was tried")
  func failures() throws {
    let path = result("", .zero).cascadePath
    let stored = JobFailure(code: .attemptsExhausted, message: "No \"provider\"", cascadePath: path).encoded()
    let summary = try #require(AnswerSummary(stored))
    #expect(summary.failure == "attempts_exhausted" && summary.attempts == 2 && summary.target == nil)
    #expect(summary.latency == .milliseconds(128))
  }

  @Test(
    "what is no stored answer is nothing",
    arguments: [
      "", "[]", "null", "{", #"{"a""#, #"{"a":"#, #"{"a":1"#, #"{"a":"\"#, #"{"a":[{"b":"}"#, "{,}",
    ])
  func garbage(text: String) {
    #expect(AnswerSummary(ByteBuffer(string: text)) == nil)
  }
}
