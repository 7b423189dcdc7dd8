import Testing

@testable import Shared

@Suite("data: URLs")
struct DataURLTests {
  @Test(
    "the kind and the content are read; an image is what it begins as",
    arguments: [
      ("data:image/png;base64,aGk=", "image/png", "aGk="),
      ("data:image/png;base64,aA==", "image/png", "aA=="),
      ("data:image/png;base64,/9j/4AA=", "image/jpeg", "/9j/4AA="),
      ("data:image/pjpeg;base64,iVBORw0KGgo=", "image/png", "iVBORw0KGgo="),
      ("data:image/jpg;base64,aGk=", "image/jpeg", "aGk="),
      ("data:application/pdf;base64,/9j/4AA=", "application/pdf", "/9j/4AA="),
      ("DATA:Image/SVG+xml;charset=utf-8;BASE64,AZaz09+/", "image/svg+xml", "AZaz09+/"),
    ])
  func read(url: String, mediaType: String, base64: String) throws {
    let read = try DataURL(url)
    #expect(read.mediaType == mediaType)
    #expect(read.base64 == base64)
  }

  @Test("a picture has a type that there is, whoever is asked with it")
  func registered() {
    for (told, meant) in [
      ("data:image/jpg;base64,aGk=", "data:image/jpeg;base64,aGk="),
      ("DATA:image/PJPEG;base64,aGk=", "data:image/jpeg;base64,aGk="),
      ("data:image/png;base64,aGk=", "data:image/png;base64,aGk="),
      ("https://example.com/image/jpg;base64", "https://example.com/image/jpg;base64"),
    ] {
      #expect(DataURL.withRegisteredType(told) == meant)
    }
  }

  @Test(
    "what is none is refused",
    arguments: [
      "", "data:", "data:,", "data:image/png,aGk=", "data:image/png;base64", "data:;base64,aGk=",
      "data:image;base64,aGk=", "data:image/;base64,aGk=", "data:image/p ng;base64,aGk=",
      "data:image/png/x;base64,aGk=", "data:image/png;base64,", "data:image/png;base64,aGk",
      "data:image/png;base64,a===", "data:image/png;base64,=Gk=", "data:image/png;base64,aG=k",
      "data:image/png;base64,aG k", "data:image/png;base64,aG-_", "data:image/png;base64,aGk\n",
      "data:image/png;base64,üü", "https://example.com/a.png",
    ])
  func refused(url: String) {
    #expect(throws: Untranslatable.self) { try DataURL(url) }
  }
}
