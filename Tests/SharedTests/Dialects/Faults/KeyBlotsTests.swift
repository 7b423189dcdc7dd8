import Testing

@testable import Shared

@Suite("Keys in what providers say")
struct KeyBlotsTests {
  @Test(
    "what looks like a key is blotted out, whoever's it is",
    arguments: [
      (
        "Incorrect API key provided: sk-proj-****************abcd. See",
        "Incorrect API key provided: ***. See"
      ),
      ("key sk-ant-api03-AbC_dEf-123 is wrong", "key *** is wrong"), ("(sk-abcdef)", "(***)"),
      ("key=sk-abcdef123&x", "key=***&x"), ("https://host/sk-abcdef123", "https:***"),
      ("Bearer abc123def456 refused", "Bearer *** refused"),
      ("bearer \"abcdefghijklmnopqrstuvwx\"", "bearer \"***\""),
      ("Authorization: Bearer: QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Authorization: Bearer: ***=="),
      ("gsk_1234567890abcdefgh", "***"), ("AIzaSyA1234567890-abc", "***"),
      ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "***"), ("abcd****wxyz", "***"),
    ])
  func looksLikeKey(text: String, shown: String) {
    #expect(KeyBlots.blot(text, []) == shown)
  }

  @Test(
    "ordinary words stay",
    arguments: [
      "Missing bearer authentication in header", "Use Bearer token.",
      "a risk-free, task-oriented sk-learn model",
      "**bold** and *** stars", "model hf_small is unknown", "keys: eyJ, key-value, 128000 tokens > 4096",
      "messages[0].content: 65536/131072 (max_tokens=4096)",
    ])
  func ordinary(text: String) {
    #expect(KeyBlots.blot(text, []) == text)
  }

  @Test("keys that were sent are blotted out within words, short ones as whole words")
  func sent() {
    let secrets = [Secret("test-groq-key"), Secret("EMPTY"), Secret("")]
    #expect(KeyBlots.blot("xtest-groq-keyx EMPTY EMPTYING (EMPTY)", secrets) == "x***x *** EMPTYING (***)")
  }

  @Test(
    "a long key of which a bound shows the beginning does not show",
    arguments: [1000, 60_000, 65_536, 70_000])
  func atTheBound(length: Int) {
    let key = String(repeating: "k3", count: 1000)
    let shown = ProviderMessage.clean(
      String(repeating: " ", count: length) + String(repeating: key, count: 80), hiding: Secret(key))
    #expect(shown?.contains("k3") != true)
  }

  @Test("headers whose names say so hold keys, and half of one is not shown at the end")
  func headers() {
    let secrets = KeyBlots.secrets(in: [
      "X-Auth-Token": "Token hush-hush-hush", "X-Title": "Sluice", "x-portkey-virtual-key": "vk-1234",
    ])
    #expect(Set(secrets.map { $0.reveal() }) == ["Token hush-hush-hush", "hush-hush-hush", "vk-1234"])
    let words = "a hush-hush-hush b vk-1234 c"
    #expect(ProviderFault(.failing, "r", message: words).hiding(secrets).message == "a *** b *** c")
    for length in 4...13 {
      let cut = "Sluice said: " + "hush-hush-hush".prefix(length)
      for end in ["", "…"] {
        #expect(
          ProviderFault(.failing, "r", message: cut + end).hiding(secrets).message == "Sluice said: ***")
      }
    }
  }
}
