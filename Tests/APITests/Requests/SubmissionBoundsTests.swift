import Shared
import Testing

@testable import API

/// One bound of one field: what is just allowed and what is just not, as JSON.
struct Bound: Sendable, CustomTestStringConvertible {
  let field: String
  let allowed: String
  let refused: String
  let fault: String

  var testDescription: String {
    "\(field): \(allowed.prefix(24)) is allowed, \(refused.prefix(24)) is \(fault)"
  }

  init(_ field: String, allowed: String, refused: String, _ fault: String) {
    self.field = field
    self.allowed = allowed
    self.refused = refused
    self.fault = fault
  }
}

private func text(_ count: Int, of character: Character = "a") -> String {
  "\"\(String(repeating: character, count: count))\""
}

private func array(_ count: Int, of element: String) -> String {
  "[\(Array(repeating: element, count: count).joined(separator: ","))]"
}

private func pairs(_ count: Int) -> String {
  "{\((0..<count).map { "\"k\($0)\":\"v\"" }.joined(separator: ","))}"
}

@Suite("The bounds of a submission")
struct SubmissionBoundsTests {
  static let bounds = [
    Bound("max_tokens", allowed: "1", refused: "0", "greater_than_equal"),
    Bound("max_tokens", allowed: "2048", refused: "2049", "less_than_equal"),
    Bound("max_tokens", allowed: "2048.0", refused: "2048.5", "int_from_float"),
    Bound("temperature", allowed: "0", refused: "-1", "greater_than_equal"),
    Bound("temperature", allowed: "-0.0", refused: "-5e-324", "greater_than_equal"),
    Bound("temperature", allowed: "2", refused: "2.0000000000000004", "less_than_equal"),
    Bound("top_p", allowed: "5e-324", refused: "0", "greater_than"),
    Bound("top_p", allowed: "1", refused: "1.0000000000000002", "less_than_equal"),
    Bound(
      "seed", allowed: "-9223372036854775808", refused: "-9223372036854777856", "greater_than_equal"),
    Bound("seed", allowed: "9223372036854775807", refused: "9223372036854775808", "less_than_equal"),
    Bound("stop", allowed: text(1), refused: text(0), "string_too_short"),
    Bound("stop", allowed: text(64), refused: text(65), "string_too_long"),
    Bound("stop", allowed: array(4, of: text(64)), refused: array(5, of: text(1)), "too_long"),
    Bound("stop", allowed: "[]", refused: "[\"\"]", "string_too_short"),
    Bound("system", allowed: text(4000), refused: text(4001), "string_too_long"),
    Bound("model", allowed: "\"gemini/m\"", refused: "\"\"", "string_too_short"),
    Bound(
      "model", allowed: "\"gemini/\(String(repeating: "m", count: 249))\"",
      refused: "\"gemini/\(String(repeating: "m", count: 250))\"", "string_too_long"),
    Bound("metadata", allowed: pairs(16), refused: pairs(17), "too_long"),
    Bound("metadata", allowed: "{\(text(64)):\"\"}", refused: "{\(text(65)):\"\"}", "string_too_long"),
    Bound(
      "metadata", allowed: "{\"k\":\(text(512))}", refused: "{\"k\":\(text(513))}", "string_too_long"),
    Bound("expires_in", allowed: "1", refused: "0", "greater_than_equal"),
    Bound("expires_in", allowed: "2592000", refused: "2592001", "less_than_equal"),
  ]

  @Test("a value at its bound is accepted, and the next one past it is refused", arguments: bounds)
  func bound(_ bound: Bound) throws {
    #expect(try SubmissionFixture.faults(SubmissionFixture.body(bound.field, bound.allowed)) == [])
    #expect(try SubmissionFixture.faults(SubmissionFixture.body(bound.field, bound.refused)) == [bound.fault])
  }

  @Test("a prompt has 1 to 4000 characters, whatever their bytes, and is not only white space")
  func prompt() throws {
    let accepted = [text(1), text(4000), text(4000, of: "é"), text(4000, of: "😀"), "\" a \""]
    for prompt in accepted { #expect(try SubmissionFixture.faults("{\"prompt\":\(prompt)}") == []) }
    #expect(try SubmissionFixture.faults("{\"prompt\":\"\"}") == ["string_too_short"])
    #expect(try SubmissionFixture.faults("{\"prompt\":\(text(4001))}") == ["string_too_long"])
    #expect(try SubmissionFixture.faults("{\"prompt\":\(text(4001, of: "😀"))}") == ["string_too_long"])
    #expect(try SubmissionFixture.faults("{\"prompt\":\" \\n\\t\\u00a0\\u2003\"}") == ["value_error"])
  }

  @Test("a conversation has 1 to 256 messages")
  func messageCount() throws {
    let message = #"{"role":"user","content":"x"}"#
    #expect(try SubmissionFixture.faults("{\"messages\":\(array(1, of: message))}") == [])
    #expect(try SubmissionFixture.faults("{\"messages\":\(array(256, of: message))}") == [])
    #expect(try SubmissionFixture.faults("{\"messages\":\(array(257, of: message))}") == ["too_long"])
    #expect(try SubmissionFixture.faults("{\"messages\":[]}") == ["too_short"])
  }

  @Test("the text of all messages and parts together has at most 4000 characters")
  func conversationLength() throws {
    func body(_ first: Int, _ second: Int) -> String {
      """
      {"messages":[{"role":"user","content":\(text(first, of: "é"))},
       {"role":"assistant","content":[{"type":"text","text":\(text(second))},{"type":"text","text":"b"}]}]}
      """
    }
    #expect(try SubmissionFixture.faults(body(2000, 1999)) == [])
    #expect(try SubmissionFixture.faults(body(2000, 2000)) == ["string_too_long"])
    #expect(try SubmissionFixture.faults(body(4001, 1)) == ["string_too_long"])
  }

  @Test("the default of max_tokens obeys a smaller MAX_TOKENS")
  func smallLimit() throws {
    let limits = RequestLimits(maxPromptChars: 10, maxTokens: 100, jobExpiresIn: .seconds(5))
    let schema = Submission.querySchema(limits: limits, catalogs: SubmissionFixture.catalogs)
    let submission = try schema.decode(["prompt": "x"]).get()
    #expect(submission.maxTokens == 100)
    #expect(submission.expiresIn == .seconds(5))
    #expect(schema.openAPISchema["properties"]?["max_tokens"]?["default"] == 100)
    #expect(schema.decode(["prompt": "12345678901"]).issues.count == 1)
  }
}
