import Shared

/// How likely each token of an answer was, and what else was likely: made up, but in order and never above 1.
enum TokenLogprobs {
  /// `alternatives` are told beside each token, the token itself first among them.
  static func make(_ text: String, alternatives: Int) -> [JSONValue] {
    tokens(of: text).map { token in
      let logprob = -Double(AnswerText.hash(token) % 500) / 1000
      var entry = Self.entry(token, logprob)
      let others = AnswerText.alternatives(to: token, count: max(0, alternatives - 1))
      let top = zip([token] + others, 0...).map { Self.entry($0, logprob - Double($1)) }
      entry["top_logprobs"] = .array(top.prefix(alternatives).map { .object($0) })
      return .object(entry)
    }
  }

  private static func entry(_ token: String, _ logprob: Double) -> JSONObject {
    [
      "token": .string(token), "logprob": .double(logprob),
      "bytes": .array(token.utf8.map { .integer(Int64($0)) }),
    ]
  }

  /// Words with the space before them; together they are the text.
  private static func tokens(of text: String) -> [String] {
    var tokens: [String] = []
    for character in text {
      if character == " " || tokens.isEmpty {
        tokens.append(String(character))
      } else {
        tokens[tokens.count - 1].append(character)
      }
    }
    return tokens
  }
}
