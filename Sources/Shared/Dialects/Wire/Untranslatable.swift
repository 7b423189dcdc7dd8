/// Why a request cannot be said in a provider's own form: a sentence for the client.
public struct Untranslatable: Error, Hashable {
  public let sentence: String

  public init(_ sentence: String) { self.sentence = sentence }

  /// What a provider has no equivalent of.
  public static func missing(_ what: String, in provider: String) -> Untranslatable {
    Untranslatable("\(provider) has no \(what); leave it out, or ask a provider that has it.")
  }

  /// The same, with the place in the request where it is.
  public func at(_ place: String) -> Untranslatable { Untranslatable("\(place): \(sentence)") }
}

extension ProviderFault {
  /// The provider was not asked, because its API cannot express what the client wants.
  public static func untranslatable(_ cause: Untranslatable) -> ProviderFault {
    // The sentence may hold names that the client chose.
    ProviderFault(
      .requestRefused, "cannot be translated", message: ProviderMessage.clean(cause.sentence, hiding: nil))
  }
}
