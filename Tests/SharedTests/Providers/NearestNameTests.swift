import Testing

@testable import Shared

@Suite("Names that were meant")
struct NearestNameTests {
  @Test(
    "a mistyped name is guessed where only a little is wrong",
    arguments: [
      ("base_ur", "base_url"), ("Name", "name"), ("naem", "name"), ("modles", "models"), ("keys", "key"),
      ("x", nil), ("completely", nil), ("", nil),
    ] as [(String, String?)])
  func guess(text: String, name: String?) {
    #expect(NearestName.of(text, among: ["name", "base_url", "models", "key"]) == name)
  }
}
