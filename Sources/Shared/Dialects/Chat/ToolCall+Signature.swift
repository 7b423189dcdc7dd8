import OrderedCollections

/// Gemini's signature of a call in OpenAI's form: as `extra_content`, as Google's own OpenAI endpoint has it
/// (https://ai.google.dev/gemini-api/docs/thought-signatures#openai), and beside it whose it is, which clients send back with it.
extension ToolCall {
  static let extraContent = "extra_content"
  private static let google = "google"
  private static let signatureName = "thought_signature"
  private static let ours = "sluice"
  private static let makerName = "maker"

  /// Takes the signature out of the members that the call has beside ours. Where nothing tells the maker, the dialect alone is
  /// known: a client of Google's own has such histories.
  mutating func takeSignature() {
    guard case .object(var content)? = extras[Self.extraContent],
      case .object(var google)? = content[Self.google],
      let signature = google.removeValue(forKey: Self.signatureName)?.string, !signature.isEmpty
    else { return }
    self.signature = signature
    maker =
      content.removeValue(forKey: Self.ours)?[Self.makerName]?.string.flatMap { Maker(name: $0) }
      ?? Maker(provider: nil, dialect: .gemini)
    content[Self.google] = google.isEmpty ? nil : .object(google)
    extras[Self.extraContent] = content.isEmpty ? nil : .object(content)
  }

  /// The member with what else stands in it; nil where there is neither.
  ///
  /// - Parameter maker: who is named beside the signature.
  static func extraContent(
    _ signature: String?, of maker: Maker?, beside others: JSONValue?
  ) -> JSONValue? {
    guard let signature else { return others }
    var content = others?.object ?? [:]
    var google = content[Self.google]?.object ?? [:]
    google[signatureName] = .string(signature)
    content[Self.google] = .object(google)
    if let maker, maker.provider != nil { content[ours] = [makerName: .string(maker.name)] }
    return .object(content)
  }
}

extension Turn {
  /// Says whose the signatures of its calls are where the thoughts beside them tell it: a client may have kept no more of a
  /// call than what is Google's.
  public mutating func nameMakersOfCalls() {
    guard role == .assistant else { return }
    var maker: Maker?
    for case .thought(let thought) in parts {
      if let known = thought.maker, known.dialect == .gemini, known.provider != nil { maker = known }
    }
    guard let maker else { return }
    for index in parts.indices {
      guard case .toolCall(var call) = parts[index], call.maker == Maker(provider: nil, dialect: .gemini)
      else { continue }
      call.maker = maker
      parts[index] = .toolCall(call)
    }
  }
}
