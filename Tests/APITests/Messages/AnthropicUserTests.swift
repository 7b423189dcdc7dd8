import Testing

@testable import API

@Suite("Whom Anthropic's clients name as their user")
struct AnthropicUserTests {
  @Test(
    "an account, else a device, and never a session",
    arguments: [
      ("u-1", "u-1"), ("", nil), (nil, nil),
      (#"{"device_id":"d","account_uuid":"a","session_id":"s"}"#, "a"),
      (#"{"device_id":"d","account_uuid":"","session_id":"s"}"#, "d"), (#"{"session_id":"s"}"#, nil),
      ("user_1_account_2_session_3", "user_1_account_2"), ("{not json", "{not json"),
    ] as [(String?, String?)])
  func names(text: String?, name: String?) throws { #expect(try UserName.read(anthropic: text) == name) }

  @Test("a name that is too long is refused with its place")
  func long() {
    let problem = #expect(throws: Problem.self) {
      try UserName.read(anthropic: String(repeating: "u", count: 257))
    }
    guard case .validation(let errors)? = problem else {
      Issue.record("\(String(describing: problem))")
      return
    }
    #expect(errors.issues.first?.path == "metadata.user_id")
  }
}
