import Shared

extension Submission {
  /// The body of `POST /query`.
  static func querySchema(limits: RequestLimits, catalogs: CatalogSource) -> BodySchema<Submission> {
    BodySchema(
      startingFrom: Submission(lane: .interactive, limits: limits), exactlyOneOf: ["prompt", "messages"],
      sharedFields(limits, catalogs) + streamFields)
  }

  /// The body of `POST /jobs`: that of `/query`, and what only concerns a job that nobody waits for.
  static func jobSchema(
    limits: RequestLimits, catalogs: CatalogSource, callbacks: CallbackPolicy
  ) -> BodySchema<Submission> {
    BodySchema(
      startingFrom: Submission(lane: .standard, limits: limits), exactlyOneOf: ["prompt", "messages"],
      sharedFields(limits, catalogs) + streamFields + jobFields(callbacks))
  }

  /// How the answer is told while it comes.
  private static var streamFields: [Field<Submission>] {
    [
      Field(
        "stream", \.stream, .flag(),
        "Whether the answer is told as events while it comes: as this request's answer (`/query`), and under "
          + "`/jobs/{id}/events`."),
      Field(
        "restart_stream", \.restartStream, .flag(),
        "Whether a streamed answer that breaks off is begun anew, after a `restart` event, where it would "
          + "otherwise fail."),
    ]
  }

  private static func sharedFields(
    _ limits: RequestLimits, _ catalogs: CatalogSource
  ) -> [Field<Submission>] {
    [
      Field(
        "prompt", \.prompt, .text(length: 1...limits.maxPromptChars).notBlank(),
        example: "Why is the sky blue?", "The question, as one message of the user."),
      Field(
        "messages", \.messages, .conversation(maxCharacters: limits.maxPromptChars),
        example: [["role": "user", "content": "Why is the sky blue?"]],
        "The conversation in OpenAI's form, with at least one message of the user; all of its text together "
          + "may have \(limits.maxPromptChars) characters."),
      Field(
        "system", \.system, .text(length: 0...limits.maxPromptChars),
        example: "Answer in one sentence.", "An instruction that goes before the conversation."),
      Field(
        "model", \.model, .modelName(in: catalogs),
        example: "groq/llama-3.3-70b-versatile",
        "Who is asked: `default` for every provider in turn, a route's name, one `provider/model`, or a model's "
          + "name for all providers that list it."),
      Field(
        "max_tokens", \.maxTokens, .integer(in: 1...limits.maxTokens),
        "The longest answer, in tokens."),
      Field(
        "temperature", \.temperature, .number(in: 0...2),
        "How freely the model chooses its words: 0 keeps to the likeliest."),
      Field(
        "top_p", \.topP, .number(above: 0, through: 1),
        "The share of likely words from which the model chooses; the provider's own when absent."),
      Field(
        "stop", \.stop, .oneOrMany(of: .text(length: 1...64), most: 4),
        example: ["\n\n"], "Texts at which the answer ends."),
      Field(
        "seed", \.seed, .integer(in: .min ... .max).described(by: ["format": "int64"]),
        example: 42, "A number that makes the answer repeatable, where the provider can."),
      Field(
        "cache", \.cache, .choice(),
        "`use` answers from the cache if the answer is there, `refresh` asks anew and stores, `off` does "
          + "neither."),
      Field("priority", \.chosenLane, .choice(), "The lane of the queue in which the job waits."),
      Field(
        "metadata", \.metadata, .pairs(most: 16, nameLength: 64, valueLength: 512),
        example: ["user": "42"], "Pairs of your own, which come back with the job."),
    ]
  }

  private static func jobFields(_ callbacks: CallbackPolicy) -> [Field<Submission>] {
    [
      Field(
        "callback_url", \.callbackURL, .callbackURL(under: callbacks),
        example: "https://example.com/hooks/sluice",
        "Where the job is sent by `POST` once it has ended, signed as Standard Webhooks says, again and again "
          + "for 24 hours until the answer is 2xx or 410; it must lead to a public address."
      ).documented(if: callbacks.secret != nil),
      Field(
        "delay_seconds", \.delay, .wholeSeconds(in: 0...2_592_000),
        "The job waits so many seconds before a worker may take it."),
      Field(
        "expires_in", \.expiresIn, .wholeSeconds(in: 1...2_592_000),
        "After so many seconds, counted from the end of its delay, a job that has not started is dropped "
          + "as `expired`."),
    ]
  }
}

extension ValueRule where Value == String {
  /// The longest `model`, in characters; providers' names of models are far shorter.
  private static var modelNameLimit: Int { 256 }

  /// A name that leads to a target by the catalog that is in force then.
  static func modelName(in catalogs: CatalogSource) -> ValueRule {
    text(length: 1...modelNameLimit).also { name in
      do throws(RoutingError) {
        _ = try catalogs.current.targets(for: name)
        return nil
      } catch {
        return .refused(error.description)
      }
    }
  }
}

extension ValueRule where Value == CallbackURL {
  /// An absolute URL that the policy lets be called.
  static func callbackURL(under policy: CallbackPolicy) -> ValueRule {
    let text = ValueRule<String>.text(length: 0...CallbackURL.longest)
      .described(by: ["format": "uri"])
    return ValueRule(
      schema: text.schema,
      read: { json, errors in
        guard let text = text.read(json, &errors) else { return nil }
        do throws(CallbackURLError) { return try CallbackURL(text, under: policy) } catch {
          errors.add(.refused(error.description))
          return nil
        }
      },
      write: { .string($0.text) })
  }
}

extension ValueRule where Value == Duration {
  /// A whole number of seconds.
  static func wholeSeconds(in range: ClosedRange<Int64>) -> ValueRule {
    ValueRule<Int64>.integer(in: range).mapped(
      { .seconds($0) },
      back: { .double(Double($0.wholeMilliseconds) / 1000) })
  }
}
