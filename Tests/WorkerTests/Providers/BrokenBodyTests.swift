import NIOCore
import Testing

@testable import Worker

@Suite("What a broken body has said")
struct BrokenBodyTests {
  @Test(
    "words, thoughts and calls count, and nothing that stands around them",
    arguments: [
      ("", 0), ("<html>content</html>", 0), (#"{"id":"a long name","model":"content""#, 0),
      (#"{"choices":[{"message":{"role":"assistant","content":"Hello"}}],"usage":{"prompt_tokens":9"#, 5),
      (#"{"message":{"content" : "Hel"#, 3), (#"{"message":{"content":"#, 0), (#"{"message":{"conten"#, 0),
      (#"{"content":[{"type":"text","text":"Hello"},{"type":"thinking","thinking":"Hm","signature":"abc"#, 7),
      (#"{"candidates":[{"content":{"parts":[{"text":"Hello"},{"text":" you"#, 9),
      (#"{"tool_calls":[{"id":"call_1","function":{"name":"f","arguments":"{\"a\":1}"}}"#, 7),
      (#"{"content":"a\"b\\"}"#, 4), (#"{"content":"\u00e9\n"#, 3), (#"{"content":"cut off\"#, 8),
      (#"{"content":"cut \u00"#, 6),
    ])
  func said(body: String, bytes: Int) {
    #expect(BrokenBody.said(in: ByteBuffer(string: body)) == bytes)
  }
}
