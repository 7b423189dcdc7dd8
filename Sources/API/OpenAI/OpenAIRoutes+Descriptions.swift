import Shared

extension ChatCompletionRoute {
  var description: RouteDescription {
    RouteDescription(
      method: .post, path: "/v1/chat/completions", summary: "Chat, as OpenAI's clients ask",
      description: """
        OpenAI's chat completions: point any OpenAI client at this server's `/v1`. The request becomes a job in the \
        queue; members that are not listed here go to the provider as they are. Errors have OpenAI's form.
        """,
      group: "OpenAI-compatible", parameters: OpenAIParameters.ofModels,
      requestBody: RequestBodyDescription(
        name: "ChatCompletionRequest", schema: ChatCompletionBody.schema.openAPISchema,
        example: [
          "model": "default", "messages": [["role": "user", "content": "Why is the sky blue?"]],
          "stream": false,
        ]),
      responses: [
        ResponseDescription(
          status: .ok, description: "The answer.", schema: ["type": "object"],
          headers: OpenAIParameters.answerHeaders),
        ResponseDescription(
          status: .ok, description: "With `stream`: chunks as server-sent events, then `[DONE]`.",
          contentType: "text/event-stream"),
      ],
      problems: OpenAIParameters.problems, access: .asking)
  }
}

extension EmbeddingRoute {
  var description: RouteDescription {
    RouteDescription(
      method: .post, path: "/v1/embeddings", summary: "Embed texts, as OpenAI's clients ask",
      description: "OpenAI's embeddings, of OpenAI-compatible providers and of Gemini.",
      group: "OpenAI-compatible", parameters: OpenAIParameters.all,
      requestBody: RequestBodyDescription(
        name: "EmbeddingRequest", schema: EmbeddingBody.schema.openAPISchema,
        example: ["model": "gemini/gemini-embedding-001", "input": "Why is the sky blue?"]),
      responses: [
        ResponseDescription(
          status: .ok, description: "The vectors.", schema: ["type": "object"],
          headers: OpenAIParameters.answerHeaders)
      ],
      problems: OpenAIParameters.problems, access: .asking)
  }
}

extension CompletionRoute {
  var description: RouteDescription {
    RouteDescription(
      method: .post, path: "/v1/completions", summary: "Go on with texts, as OpenAI's clients ask",
      description: """
        OpenAI's completions of texts. A provider whose configuration says `completions: true` is asked as it is; any \
        other is asked by a chat of one message for each prompt, where nothing is lost by it. What would be is refused \
        with the member's name: `suffix`, `n`, `best_of`, `logprobs`, tokens.
        """,
      group: "OpenAI-compatible", parameters: OpenAIParameters.all,
      requestBody: RequestBodyDescription(
        name: "CompletionRequest", schema: CompletionBody.schema.openAPISchema,
        example: ["model": "default", "prompt": "Once upon a time", "max_tokens": 64]),
      responses: [
        ResponseDescription(
          status: .ok, description: "The texts.", schema: ["type": "object"],
          headers: OpenAIParameters.answerHeaders),
        ResponseDescription(
          status: .ok, description: "With `stream`: chunks as server-sent events, then `[DONE]`.",
          contentType: "text/event-stream"),
      ],
      problems: OpenAIParameters.problems, access: .asking)
  }
}

extension ModerationRoute {
  var description: RouteDescription {
    RouteDescription(
      method: .post, path: "/v1/moderations", summary: "Judge texts and pictures, as OpenAI's clients ask",
      description: """
        OpenAI's moderations, of providers whose configuration says `moderations: true`. Without a `model` the route \
        `moderation` is asked.
        """,
      group: "OpenAI-compatible", parameters: OpenAIParameters.all,
      requestBody: RequestBodyDescription(
        name: "ModerationRequest", schema: ModerationBody.schema.openAPISchema,
        example: ["model": "moderation", "input": "Why is the sky blue?"]),
      responses: [
        ResponseDescription(
          status: .ok, description: "A result for each text, or one for all parts.",
          schema: ["type": "object"],
          headers: OpenAIParameters.answerHeaders)
      ],
      problems: OpenAIParameters.problems, access: .asking)
  }
}

/// What the routes of OpenAI's clients have in common.
enum OpenAIParameters {
  static let all = [
    WaitPreference.parameter, RouteParameters.idempotencyKey, RouteParameters.cache,
    RouteParameters.user,
    ParameterDescription(
      name: "Cache-Control", location: .header, schema: ["type": "string"],
      description: "`no-cache` asks anew and stores the answer, `no-store` leaves the cache out."),
    ParameterDescription(
      name: "X-Sluice-Cancel-On-Disconnect", location: .header, schema: ["type": "string", "enum": ["true"]],
      description: "With `true`, hanging up cancels the job; otherwise it goes on."),
  ]

  /// Where a model says something.
  static let ofModels =
    all + [
      ParameterDescription(
        name: "OpenAI-Beta", location: .header, schema: ["type": "string"],
        description: "Betas, by commas; they go to a provider that speaks one of OpenAI's dialects.")
    ]

  static let answerHeaders = [
    ("X-Sluice-Job", "The job's id."),
    ("X-Sluice-Provider", "Who answered; absent from a stream whose first words were not there in 10 s."),
    ("X-Sluice-Attempts", "How many targets were asked; absent from the same."), AnswerHeaders.cache,
    AnswerHeaders.replayed, AnswerHeaders.dropped,
  ]

  /// Where a provider counts, it answers as any other question.
  static let countHeaders =
    [("X-Sluice-Estimate", "`true` where nobody was asked; the other headers of answers are absent then.")]
    + answerHeaders

  static let problems =
    ProblemKind.ofBodies + [
      .unauthorized, .budgetExceeded, .forbidden, .notFound, .conflict, .gone, .validation, .rateLimited,
      .allProvidersFailed,
      .unavailable, .unacknowledged, .timeout,
    ]
}
