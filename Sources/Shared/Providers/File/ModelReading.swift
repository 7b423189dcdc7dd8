/// What a file says of a provider's model.
enum ModelReading {
  private static let facts = ["name", "context_window", "max_output_tokens", "dialect"]

  /// A name alone, or a mapping that tells more of the model.
  static func model(_ place: FileValue) throws(ConfigurationError) -> ProviderModel {
    if case .scalar = place.node.content { return ProviderModel(name: try name(place)) }
    let mapping = try FileMapping(place, names: facts + PriceReading.names)
    return ProviderModel(
      name: try name(mapping.required("name", DeclaredProvider.modelAllowed)),
      price: try PriceReading.price(mapping),
      contextWindow: try mapping["context_window"]?.integer(in: 1...1_000_000_000),
      maxOutputTokens: try mapping["max_output_tokens"]?.integer(in: 1...1_000_000_000),
      dialect: try mapping["dialect"]?.choice())
  }

  private static func name(_ place: FileValue) throws(ConfigurationError) -> String {
    try place.text(DeclaredProvider.modelAllowed, DeclaredProvider.modelName)
  }
}
