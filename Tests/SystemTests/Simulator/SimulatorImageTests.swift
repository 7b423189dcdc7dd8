import Shared
import TestSupport
import Testing

@Suite("The provider simulator's eyes")
struct SimulatorImageTests {
  /// Eight bytes: what a PNG begins with.
  private static let png = "iVBORw0KGgo="
  private static let address = "https://images.example.com/sluice.jpg"

  /// A turn of the user with images of such a MIME type and Base64, and one at an address.
  private static func body(_ api: ProviderAPI, _ mimeType: String, _ data: String, _ address: String)
    -> JSONObject
  {
    let type = JSONValue.string(mimeType)
    let data = JSONValue.string(data)
    switch api {
    case .gemini:
      return [
        "contents": [
          [
            "role": "user",
            "parts": [
              ["text": "what is it?"], ["inlineData": ["mimeType": type, "data": data]],
              ["fileData": ["mimeType": "image/jpeg", "fileUri": .string(address)]],
            ],
          ]
        ]
      ]
    case .anthropic:
      let source: JSONValue = ["type": "base64", "media_type": type, "data": data]
      return [
        "messages": [
          [
            "role": "user",
            "content": [
              ["type": "image", "source": source],
              ["type": "image", "source": ["type": "url", "url": .string(address)]],
              ["type": "text", "text": "what is it?"],
            ],
          ]
        ]
      ]
    default:
      let url = JSONValue.string("data:\(mimeType);base64,\(data.string ?? "")")
      return [
        "messages": [
          [
            "role": "user",
            "content": [
              ["type": "text", "text": "what is it?"], ["type": "image_url", "image_url": ["url": url]],
              ["type": "image_url", "image_url": ["url": .string(address), "detail": "low"]],
            ],
          ]
        ]
      ]
    }
  }

  @Test("see what was sent, how long it is, and where the rest is", arguments: ProviderAPI.allCases)
  func seen(api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      let reply = try await api.ask(simulator, "", Self.body(api, "image/png", Self.png, Self.address))
      #expect(reply.status == 200, "\(reply.body)")
      let text = api.text(of: reply) ?? ""
      #expect(text.hasPrefix("I see 2 images: image/png of 8 bytes, \(Self.address). "), "\(text)")
      #expect(text.contains("what is it?"))
    }
  }

  @Test("refuse what is no image, and what is no Base64", arguments: ProviderAPI.allCases)
  func refused(api: ProviderAPI) async throws {
    let rows = [
      ("image/png", "not base64!", Self.address), ("image/png", "", Self.address),
      ("application/zip", Self.png, Self.address), ("image/png", Self.png, "ftp://example.com/a.png"),
      // Gemini has never learned GIF.
      (api == .gemini ? "image/gif" : "image/heic", Self.png, Self.address),
    ]
    try await SimulatorProcess.with { simulator in
      for (mimeType, data, address) in rows {
        let reply = try await api.ask(simulator, "", Self.body(api, mimeType, data, address))
        #expect(reply.status == 400, "\(mimeType) \(data) \(address)")
        #expect(reply.json["error"]?["message"]?.string?.isEmpty == false)
      }
    }
  }

  @Test("see no image where the assistant shows one")
  func assistant() async throws {
    try await SimulatorProcess.with { simulator in
      let image: JSONValue = ["type": "image_url", "image_url": ["url": .string(Self.address)]]
      let reply = try await ProviderAPI.openai.ask(
        simulator, "", ["messages": [["role": "assistant", "content": [image]]]])
      #expect(reply.status == 400)
      #expect(reply.body.contains("only allowed for messages with role 'user'"))
    }
  }
}
