/// The list prices of well-known models, as they stood on a day. `scripts/update-prices` makes it anew.
///
/// Prices change, and what is configured stands above it.
public struct PriceList: Sendable {
  /// The list that comes with Sluice. It is read when it is first asked: most of what starts needs no price at once.
  public static let current = PriceList(PackageResources.prices_json)

  /// The day of the list, such as `2026-01-31`.
  public let date: String
  /// By provider, then by model.
  private let models: [String: [String: ListedModel]]

  public var count: Int { models.values.reduce(0) { $0 + $1.count } }

  /// What is known of a model, by the provider's name in the list and the model's as the provider has it.
  public func model(_ model: String, of provider: String) -> ListedModel? { models[provider]?[model] }

  /// Reads `"provider/model":{…}` line by line, so that the list as a whole never stands in memory a second time. What
  /// is no such line is passed over.
  init(_ bytes: [UInt8]) {
    var date = ""
    var models: [String: [String: ListedModel]] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let member = line.last == UInt8(ascii: ",") ? line.dropLast() : line
      let text = "{" + String(decoding: member, as: UTF8.self) + "}"
      guard case .object(let members)? = try? JSONParser.parse(text),
        let (name, value) = members.elements.first
      else { continue }
      if name == "date" { date = value.string ?? "" }
      guard let target = Target(description: name), let price = ModelPrice(json: value) else { continue }
      models[target.provider, default: [:]][target.model] = ListedModel(
        price: price, contextWindow: value["context_window"]?.integer.map { Int(clamping: $0) },
        maxOutputTokens: value["max_output_tokens"]?.integer.map { Int(clamping: $0) })
    }
    self.date = date
    self.models = models
  }
}
