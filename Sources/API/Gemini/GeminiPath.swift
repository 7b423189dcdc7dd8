import FoundationEssentials
import Shared

/// A method of Gemini's API on a model: `/v1beta/models/{model}:generateContent`, and the same under `/v1`.
enum GeminiMethod: String, Sendable, CaseIterable {
  case generateContent
  case streamGenerateContent
  case countTokens
  case embedContent
  case batchEmbedContents
}

/// The versions of Gemini's API under which a route stands.
enum GeminiVersion: String, Sendable, CaseIterable {
  case beta = "v1beta"
  case first = "v1"

  func path(_ method: GeminiMethod) -> String { "/\(rawValue)/models/{model}:\(method.rawValue)" }
}

extension Call {
  /// The model of the path: slashes and percent signs are the client's own, `models/` may stand before it once more.
  var geminiModel: String {
    let name = parameters["model"].map { $0.removingPercentEncoding ?? $0 } ?? ""
    return name.hasPrefix("models/") ? String(name.dropFirst("models/".count)) : name
  }

  /// The body as Gemini's client sent it, read by `read`.
  func geminiBody<Value>(
    _ bodies: BodyReader, _ read: (String, JSONValue) throws(InputFault) -> Value
  ) async throws(Problem) -> Value {
    let json = try await bodies.json(of: self)
    do { return try read(geminiModel, json) } catch { throw Problem(error) }
  }
}
