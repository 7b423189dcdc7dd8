public import NIOCore
import OrderedCollections

/// A stored answer, read again.
public struct StoredResult: Sendable {
  /// The member that holds what native clients see in another form; where it is there, it is the first.
  static let inner: StaticString = "inner"

  public let answer: Answer
  public let finishReason: String
  public let provider: String
  public let model: String
  /// In OpenAI's form.
  public let usage: JSONValue
  /// The `data` of OpenAI's embeddings; nil for a chat.
  public let embeddings: JSONValue?
  /// From the start of the cascade to the answer, in milliseconds.
  public let latency: Int64
  /// How many targets were asked.
  public let attempts: Int
  /// What of the client's wishes the provider was not told.
  public let dropped: [String]

  /// Reads ``JobResult/encoded(as:)`` in either form; nil for anything else.
  public init?(_ stored: ByteBuffer) {
    guard let value = try? JSONParser.parse(stored, of: .own),
      let finishReason = value["finish_reason"]?.string, let provider = value["provider"]?.string,
      let model = value["model"]?.string,
      let usage = value["usage"],
      var answer = Self.answer(of: value)
    else { return nil }
    answer.choices[0].finishReason = FinishReason(rawValue: finishReason)
    self.answer = answer
    self.finishReason = finishReason
    self.provider = provider
    self.model = model
    self.usage = usage
    embeddings = value["data"]
    latency = value["latency_ms"]?.integer ?? 0
    attempts = value["cascade_path"]?.array?.count { $0["status"]?.string != "skipped" } ?? 0
    dropped = value["inner"]?["dropped"]?.array?.compactMap(\.string) ?? []
  }

  private static func answer(of value: JSONValue) -> Answer? {
    if let inner = value["inner"] { return Answer(stored: inner) }
    guard let text = value["response"]?.string else { return nil }
    guard value["message"] != nil || value["logprobs"] != nil else {
      return Answer(text, finishReason: .stop)
    }
    return Answer(
      text: text, message: value["message"]?.object ?? [:], logprobs: value["logprobs"]?.object ?? [:])
  }

  /// What of the client's wishes the provider was not told, without reading more of it than is needed.
  public static func dropped(in stored: ByteBuffer) -> [String] {
    guard stored.readableBytesView.starts(with: prefix),
      let value = try? JSONParser.parse(stored, of: .own)
    else { return [] }
    return value["inner"]?["dropped"]?.array?.compactMap(\.string) ?? []
  }

  // MARK: - As native clients see it

  private static let prefix = Array(#"{"inner":"#.utf8)

  /// The body of a `/query` answer without `id` and `cached`. Most stored answers are that already.
  static func shown(_ stored: ByteBuffer) -> ByteBuffer {
    guard stored.readableBytesView.starts(with: prefix),
      case .object(var members)? = try? JSONParser.parse(stored, of: .own),
      let answer = members.removeValue(forKey: "inner").flatMap(Answer.init(stored:))
    else { return stored }
    var shown: JSONObject = ["status": members["status"] ?? "success", "response": .string(answer.text)]
    for (name, value) in members { shown[name] = value }
    let message = answer.chatMessage
    if !message.isEmpty { shown["message"] = .object(message) }
    if !answer.choices[0].logprobs.isEmpty { shown["logprobs"] = .object(answer.choices[0].logprobs) }
    return JSONValue.object(shown).serialized()
  }
}
