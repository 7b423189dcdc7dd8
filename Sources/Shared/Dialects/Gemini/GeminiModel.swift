/// What a model's name tells of what it takes.
struct GeminiModel: Sendable, Hashable {
  /// Without `models/`: the API lists its models so, and that is what people paste.
  let name: String

  init(_ name: String) {
    self.name = name.hasPrefix("models/") ? String(name.dropFirst("models/".count)) : name
  }

  /// The 2 of `gemini-2.5-flash`; nil for names such as `gemini-flash-latest`.
  private var generation: Int? {
    guard name.hasPrefix("gemini-") else { return nil }
    return Int(name.dropFirst("gemini-".count).prefix { ("0"..."9").contains($0) })
  }

  /// Whether it is told how much to think by a level, not by a number of tokens
  /// (https://ai.google.dev/gemini-api/docs/thinking). A number is what all of them understand.
  var thinksInLevels: Bool { generation.map { $0 >= 3 } ?? false }

  var isFlash: Bool { name.contains("flash") }

  /// Whether it stops thinking when it is told so: Pro models refuse a budget of 0, and from Gemini 3 on the lowest level is the
  /// least that there is.
  var canBeThoughtless: Bool { !thinksInLevels && !name.contains("-pro") }

  /// How many tokens for thoughts may be asked for, where some are (https://ai.google.dev/gemini-api/docs/thinking#set-budget).
  var budgets: ClosedRange<Int64> {
    if thinksInLevels { return 1...Int64.max }
    if name.contains("-pro") { return 128...32_768 }
    return name.contains("flash-lite") ? 512...24_576 : 1...24_576
  }

  /// Thoughts count towards `maxOutputTokens`: with a small one such a model would often think all of it away and
  /// answer nothing. Only the Flash models of 2.5 let themselves be told not to think.
  var mayGoWithoutThoughts: Bool { name.contains("gemini-2.5-flash") }
}
