import Testing

@testable import Shared

@Suite("Messages of providers as clients may see them")
struct ProviderMessageTests {
  private let key = Secret("sk-0123456789")

  @Test("a message becomes one line of visible characters")
  func oneLine() {
    #expect(
      ProviderMessage.clean(" a\r\n\tb\u{1B}[31mc\u{2028}d\u{202E} ", hiding: nil) == "a b [31mc d")
    #expect(ProviderMessage.clean("\n\n", hiding: nil) == nil)
    #expect(ProviderMessage.clean(nil, hiding: nil) == nil)
  }

  @Test("a long message is cut, between characters")
  func bounded() throws {
    let text = try #require(ProviderMessage.clean("a" + String(repeating: "ü", count: 5000), hiding: nil))
    #expect(text.unicodeScalars.count == ProviderMessage.limit && text.hasSuffix("ü…"))
    #expect(!text.contains("\u{FFFD}"))
    let whole = String(repeating: "ü", count: ProviderMessage.limit)
    #expect(ProviderMessage.clean(whole, hiding: nil) == whole)
  }

  @Test(
    "the key is hidden wherever it stands, also across the cut",
    arguments: [0, 1, 290, 487, 490, 495, 499, 500, 600])
  func redacted(offset: Int) throws {
    let text = String(repeating: "x", count: offset) + key.reveal() + " and " + key.reveal()
    let shown = try #require(ProviderMessage.clean(text, hiding: key))
    #expect(!shown.contains("sk-"))
  }

  @Test("a message of nothing but keys does not show one")
  func onlyKeys() throws {
    let text = String(repeating: key.reveal(), count: 10_000)
    #expect(try #require(ProviderMessage.clean(text, hiding: key)).contains("sk") == false)
  }
}
