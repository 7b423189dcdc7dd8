import NIOCore
public import OrderedCollections

/// Texts that a client wants to be gone on with, after validation: what OpenAI asked for before there were chats
/// (https://platform.openai.com/docs/api-reference/completions/create).
public struct CompletionRequest: Sendable, Hashable {
  /// A route's name, or `provider/model`.
  public var model: String
  /// A text, texts, tokens or lists of tokens, as the client sent it.
  public var prompt: JSONValue
  /// What shall stand behind the completion.
  public var suffix: String?
  /// How many completions each prompt gets, at least 1: OpenAI's `n`.
  public var count: Int
  /// Of how many each is the best; nil where the client does not say.
  public var bestOf: Int?
  /// How many likely tokens are told beside each; nil for none, not even those of the text.
  public var logprobs: Int?
  /// Whether the provider shall put the prompt before its text.
  public var echoes: Bool
  /// Of these a completion has those that bound it, sampling, `stop`, `seed` and `user`.
  public var parameters: Parameters
  /// All other members that the client sent.
  public var extras: JSONObject

  public init(
    model: String, prompt: JSONValue, suffix: String? = nil, count: Int = 1, bestOf: Int? = nil,
    logprobs: Int? = nil, echoes: Bool = false, parameters: Parameters = Parameters(),
    extras: JSONObject = [:]
  ) {
    self.model = model
    self.prompt = prompt
    self.suffix = suffix
    self.count = count
    self.bestOf = bestOf
    self.logprobs = logprobs
    self.echoes = echoes
    self.parameters = parameters
    self.extras = extras.sortedByName
  }

  /// Each a text or a list of tokens.
  public var prompts: [JSONValue] {
    guard case .array(let elements) = prompt, elements.first?.integer == nil else { return [prompt] }
    return elements
  }

  /// The prompts, or nil when one of them is made of tokens.
  public var texts: [String]? {
    let prompts = prompts
    let texts = prompts.compactMap(\.string)
    return texts.count == prompts.count ? texts : nil
  }

  /// How many choices its answer has.
  public var choiceCount: Int { prompts.count * count }

  /// The request once for each of its prompts; itself where it has but one.
  public var pieces: [CompletionRequest] {
    let prompts = prompts
    guard prompts.count > 1 else { return [self] }
    return prompts.map { prompt in
      var piece = self
      piece.prompt = prompt
      return piece
    }
  }

  /// The longest that all choices together may be, in tokens; nil where the client bounds none.
  public var maxTokens: Int? {
    parameters.maxTokens.map {
      let (product, overflows) = $0.multipliedReportingOverflow(by: generated)
      return overflows ? .max : product
    }
  }

  /// How many texts are made for it, those included that are not told.
  private var generated: Int { prompts.count * max(count, bestOf ?? 1) }

  public var estimatedTokens: Int {
    let answer = maxTokens ?? Conversation.usualAnswer * generated
    let (sum, overflows) = answer.addingReportingOverflow(prompt.serialized().readableBytes / 4 + 4)
    return overflows ? .max : sum
  }
}
