import Shared

/// The body of `POST /v1/moderations`.
struct ModerationBody: Sendable {
  var model: String?
  var input = JSONValue.null
  var others: JSONObject = [:]

  var request: ModerationRequest {
    ModerationRequest(model: model ?? ModerationRequest.route, input: input, extras: others)
  }

  static let schema = BodySchema(
    startingFrom: ModerationBody(), others: \ModerationBody.others,
    [
      Field(
        "model", \.model, .text(length: 1...256), example: "moderation",
        "Who is asked: a route's name, `provider/model`, or a model's name; without it the route `moderation`."
      ),
      Field(
        "input", \.input, .moderated, required: true, example: "Why is the sky blue?",
        "A text, up to 2048 texts, or parts: texts and pictures."),
    ])
}

extension ValueRule where Value == JSONValue {
  fileprivate static var moderated: ValueRule {
    ValueRule(
      schema: ["anyOf": [["type": "string"], ["type": "array", "minItems": 1, "maxItems": 2048]]],
      read: { json, errors in
        switch json {
        case .string: return json
        case .array(let elements) where isInput(elements): return json
        default:
          errors.add(
            .refused(
              "Input should be a text, or an array of 1 to 2048 texts, or of parts of the type 'text' or 'image_url'"
            ))
          return nil
        }
      },
      write: { $0 })
  }

  private static func isInput(_ elements: [JSONValue]) -> Bool {
    guard let first = elements.first, elements.count <= 2048 else { return false }
    if first.string != nil { return elements.allSatisfy { $0.string != nil } }
    return elements.allSatisfy { part in
      switch part["type"]?.string {
      case "text": part["text"]?.string != nil
      case "image_url": part["image_url"]?["url"]?.string != nil
      default: false
      }
    }
  }
}
