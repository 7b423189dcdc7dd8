import FoundationEssentials
import Testing

@testable import Shared

@Suite("Kinds of images")
struct ImageKindTests {
  private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]

  @Test(
    "an image is known by its first bytes",
    arguments: [
      (png, .png), ([0xFF, 0xD8, 0xFF, 0xE0, 0, 16], .jpeg), ([0xFF, 0xD8, 0xFF, 0xDB], .jpeg),
      (Array("GIF87a".utf8), .gif), (Array("GIF89a".utf8), .gif),
      (Array("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 ".utf8), .webp),
      (Array(png.prefix(4)), nil), ([0xFF, 0xD8], nil), (Array("<svg/>".utf8), nil), ([], nil),
    ] as [([UInt8], ImageKind?)])
  func beginnings(bytes: [UInt8], kind: ImageKind?) {
    #expect(ImageKind(base64: Data(bytes).base64EncodedString()) == kind)
  }

  @Test("both dialects that refuse an image of another kind than it is said to be judge alike")
  func agreement() throws {
    for bytes in [Self.png, Array(Self.png.prefix(4))] {
      let data = Data(bytes).base64EncodedString()
      let isMessagesRefused = Self.isRefused {
        _ = try MessagesSourceReader.image([
          "source": ["type": "base64", "media_type": "image/jpeg", "data": .string(data)]
        ])
      }
      let isGeminiRefused = Self.isRefused {
        _ = try GeminiPartReader.parts(
          ["inlineData": ["mimeType": "image/jpeg", "data": .string(data)]], isModel: false)
      }
      #expect(isMessagesRefused == isGeminiRefused)
    }
  }

  private static func isRefused(_ read: () throws -> Void) -> Bool {
    do { try read() } catch { return true }
    return false
  }
}
