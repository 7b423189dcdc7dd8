import Testing

@testable import API

@Suite("The documentation page")
struct DocsPageTests {
  private let page = String(decoding: PackageResources.docs_html, as: UTF8.self)

  @Test("has one script and one style, so that a policy can name each by its hash")
  func oneOfEach() {
    #expect(page.split(separator: "<script>").count == 2)
    #expect(page.split(separator: "<style>").count == 2)
    for attribute in [" style=", " onclick=", " onload=", "javascript:"] {
      #expect(!page.contains(attribute), "\(attribute) is refused by a strict policy")
    }
  }

  @Test("asks no other host and never makes HTML of what it shows")
  func selfContained() {
    for text in ["http://", "https://", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"] {
      #expect(!page.contains(text), "the page holds \(text)")
    }
  }

  @Test("keeps a key only as long as its tab")
  func key() {
    #expect(!page.contains("localStorage"))
    #expect(!page.contains("cookie"))
  }

  @Test("is small enough to stand in the binary")
  func size() {
    #expect(page.utf8.count < 60_000)
  }
}
