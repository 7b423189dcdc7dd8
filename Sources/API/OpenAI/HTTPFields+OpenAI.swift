import HTTPTypes
import Shared

extension HTTPFields {
  /// What OpenAI's clients say to their own provider, names in lower case.
  var ofOpenAI: JSONObject {
    guard let value = value(of: .openAIBeta), !value.isEmpty else { return [:] }
    return [HTTPField.Name.openAIBeta.canonicalName: .string(value)]
  }
}

extension HTTPField.Name {
  // It is a valid token, so the failable initialiser cannot fail.
  // swift-format-ignore: NeverForceUnwrap
  static let openAIBeta = Self("OpenAI-Beta")!
}
