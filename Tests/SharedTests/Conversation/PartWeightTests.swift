import Testing

@testable import Shared

@Suite("What parts weigh, four bytes for a token")
struct PartWeightTests {
  @Test("pictures and sounds are not counted by the bytes of their files")
  func files() {
    let file = String(repeating: "A", count: 1_024_000)
    #expect(Part.image(ImagePart(source: "data:image/png;base64," + file)).weight == 4000)
    #expect(Part.audio(AudioPart(data: file, transcript: "Hello")).weight == 4005)
    let drawn: JSONObject = ["type": "image_generation_call", "status": "completed", "result": .string(file)]
    #expect(
      Part.opaque(OpaquePart(name: "image_generation_call", members: drawn, dialect: .responses)).weight
        == 4000)
  }
}
