import Shared

/// The body of `POST /v1/completions`. Members that Sluice does not know go to the providers as they are.
struct CompletionBody: Sendable {
  var model = ""
  var prompt = JSONValue.null
  var suffix: String?
  var maxTokens: Int?
  var temperature: Double?
  var topP: Double?
  var count = 1
  var bestOf: Int?
  var stop: [String] = []
  var logprobs: Int?
  var echo = false
  var seed: Int64?
  var stream = false
  var streamOptions: JSONValue?
  var metadata: JSONObject = [:]
  var others: JSONObject = [:]

  /// Whether a last chunk shall tell the tokens.
  var includesUsage: Bool { streamOptions?["include_usage"]?.bool ?? false }

  var request: CompletionRequest {
    var parameters = Parameters(
      maxTokens: maxTokens, temperature: temperature, topP: topP, stop: stop, seed: seed)
    parameters.user = others["user"]?.string
    var extras = others
    extras["user"] = nil
    var request = CompletionRequest(
      model: model, prompt: prompt, suffix: suffix, count: count, bestOf: bestOf, logprobs: logprobs,
      parameters: parameters, extras: extras)
    // Only the provider knows the tokens of a prompt.
    request.echoes = echo && echoes.isEmpty
    return request
  }

  /// The prompts that stand before their texts, where they can be put there without the provider: its answer is the same
  /// with or without them. Empty otherwise.
  var echoes: [String] {
    guard echo, logprobs == nil else { return [] }
    return CompletionRequest(model: model, prompt: prompt).texts ?? []
  }

  /// What only becomes clear with the whole body; with the member that is wrong.
  var fault: (member: String, sentence: String)? {
    if let bestOf, bestOf < count { return ("best_of", "'best_of' should be 'n' or more") }
    if let bestOf, bestOf > 1, stream {
      return ("best_of", "The best of several is known when all are there; leave out 'stream' or 'best_of'")
    }
    let choices = request.choiceCount
    guard choices <= Self.mostChoices else {
      return ("prompt", "Prompts and 'n' together should make \(Self.mostChoices) texts at most")
    }
    return nil
  }

  private static let mostChoices = 2048
}

extension CompletionBody {
  static let schema = BodySchema(
    startingFrom: CompletionBody(), others: \CompletionBody.others,
    [
      Field(
        "model", \.model, .text(length: 1...256), required: true, example: "default",
        "Who is asked: a route's name, `provider/model`, or a model's name."),
      Field(
        "prompt", \.prompt, .prompts, required: true, example: "Once upon a time",
        "A text to go on with, up to 2048 texts, or their tokens."),
      Field("suffix", \.suffix, .text(length: 0...1_000_000), "What shall stand behind the text."),
      Field("max_tokens", \.maxTokens, .integer(in: 0...Int(Int32.max)), "The longest text, in tokens."),
      Field("temperature", \.temperature, .number(in: 0...2), "How freely the model chooses its words."),
      Field("top_p", \.topP, .number(in: 0...1), "The share of likely words from which the model chooses."),
      Field("n", \.count, .integer(in: 1...128), "How many texts each prompt gets."),
      Field("best_of", \.bestOf, .integer(in: 1...128), "Of how many each is the best."),
      Field(
        "stop", \.stop, .oneOrMany(of: .text(length: 1...1024), most: 4), "Texts at which the text ends."),
      Field("logprobs", \.logprobs, .integer(in: 0...20), "How many likely tokens are told beside each."),
      Field("echo", \.echo, .flag(), "Whether the prompt stands before its text."),
      Field(
        "seed", \.seed, .integer(in: .min ... .max).described(by: ["format": "int64"]),
        "A number that makes the text repeatable, where the provider can."),
      Field("stream", \.stream, .flag(), "Whether the text comes as server-sent events."),
      Field("stream_options", \.streamOptions, .anyObject, "`include_usage` adds a chunk with the tokens."),
      Field(
        "metadata", \.metadata, .pairs(most: 16, nameLength: 64, valueLength: 512),
        "Kept with the job, and returned with it."),
    ])
}

extension ValueRule where Value == JSONValue {
  /// A text, texts, tokens or lists of tokens.
  fileprivate static var prompts: ValueRule {
    ValueRule(
      schema: ["anyOf": [["type": "string"], ["type": "array", "minItems": 1]]],
      read: { json, errors in
        switch json {
        case .string: return json
        case .array(let elements) where arePrompts(elements): return json
        default:
          errors.add(
            .refused(
              "Input should be a text, or an array of 1 to 2048 texts or lists of tokens, or of tokens"))
          return nil
        }
      },
      write: { $0 })
  }

  private static func arePrompts(_ elements: [JSONValue]) -> Bool {
    switch elements.first {
    case .string: elements.count <= 2048 && elements.allSatisfy { $0.string != nil }
    case .array: elements.count <= 2048 && elements.allSatisfy { areTokens($0.array ?? []) }
    default: areTokens(elements)
    }
  }

  private static func areTokens(_ elements: [JSONValue]) -> Bool {
    !elements.isEmpty && elements.allSatisfy { $0.integer.map { $0 >= 0 } ?? false }
  }
}
