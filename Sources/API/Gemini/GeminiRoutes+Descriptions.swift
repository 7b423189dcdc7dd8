import Shared

/// What the routes of Gemini's clients have in common.
private enum GeminiDescription {
  static let group = "Gemini-compatible"

  static let model = ParameterDescription(
    name: "model", location: .path, schema: ["type": "string"],
    description: "Who is asked: a route's name, `provider/model`, or a model's name; the last colon ends it.")

  static let key = ParameterDescription(
    name: "x-goog-api-key", location: .header, schema: ["type": "string"],
    description: "The key, beside the other ways to send it; `?key=` is taken, too.")

  static func asking(
    _ version: GeminiVersion, _ method: GeminiMethod, _ summary: String, _ sentences: String,
    body: String, example: JSONValue, more: [ParameterDescription] = [], responses: [ResponseDescription]
  ) -> RouteDescription {
    RouteDescription(
      method: .post, path: version.path(method), summary: summary, description: sentences, group: group,
      parameters: [model, key] + more + OpenAIParameters.all,
      requestBody: RequestBodyDescription(
        name: body, schema: ["type": "object", "additionalProperties": true], example: example),
      responses: responses, problems: OpenAIParameters.problems, access: .asking, takesRest: true)
  }

  static let content: JSONValue = [
    "contents": [["role": "user", "parts": [["text": "Why is the sky blue?"]]]],
    "generationConfig": ["maxOutputTokens": 256],
  ]
}

extension GeminiContentRoute {
  var description: RouteDescription {
    let answer = ResponseDescription(
      status: .ok, description: "The answer.", schema: ["type": "object"],
      headers: OpenAIParameters.answerHeaders)
    let stream = [
      ResponseDescription(
        status: .ok, description: "Without `alt=sse`: one JSON array, element by element.",
        schema: ["type": "array"], headers: OpenAIParameters.answerHeaders),
      ResponseDescription(
        status: .ok, description: "With `alt=sse`: server-sent events.", contentType: "text/event-stream"),
    ]
    return GeminiDescription.asking(
      version, isStreamed ? .streamGenerateContent : .generateContent,
      isStreamed ? "Answer bit by bit, as Gemini's clients ask" : "Answer, as Gemini's clients ask",
      """
      Gemini's own API: point google-genai at this server. Names in camel case and with underscores are one. What is \
      asked of Gemini goes there as it is; for anybody else it is translated. Errors have Google's form.
      """,
      body: "GenerateContentRequest", example: GeminiDescription.content,
      more: isStreamed
        ? [
          ParameterDescription(
            name: "alt", location: .query, schema: ["type": "string", "enum": ["sse", "json"]],
            description: "`sse` for server-sent events.")
        ] : [], responses: isStreamed ? stream : [answer])
  }
}

extension GeminiEmbeddingRoute {
  var description: RouteDescription {
    let one: JSONValue = ["content": ["parts": [["text": "Why is the sky blue?"]]]]
    return GeminiDescription.asking(
      version, isBatch ? .batchEmbedContents : .embedContent,
      isBatch ? "Embed texts, as Gemini's clients ask" : "Embed a text, as Gemini's clients ask",
      "Gemini's embeddings, of Gemini and of OpenAI-compatible providers.",
      body: isBatch ? "BatchEmbedContentsRequest" : "EmbedContentRequest",
      example: isBatch ? ["requests": [one]] : one,
      responses: [
        ResponseDescription(
          status: .ok, description: isBatch ? "The vectors, in order." : "The vector.",
          schema: ["type": "object"], headers: OpenAIParameters.answerHeaders)
      ])
  }
}

extension GeminiCountRoute {
  var description: RouteDescription {
    RouteDescription(
      method: .post, path: version.path(.countTokens),
      summary: "Count a prompt's tokens, as Gemini's clients do",
      description: """
        How many tokens a prompt has: as the first target of the model counts them, where its provider can tell (Gemini, \
        Anthropic), else an estimate that is rather too high, and says so in a header.
        """,
      group: GeminiDescription.group,
      parameters: [
        GeminiDescription.model, GeminiDescription.key, RouteParameters.cache, RouteParameters.user,
      ],
      requestBody: RequestBodyDescription(
        name: "CountTokensRequest", schema: ["type": "object", "additionalProperties": true],
        example: ["contents": [["role": "user", "parts": [["text": "Why is the sky blue?"]]]]]),
      responses: [
        ResponseDescription(
          status: .ok, description: "The count.", schema: ["type": "object"],
          example: ["totalTokens": 22, "promptTokensDetails": [["modality": "TEXT", "tokenCount": 22]]],
          headers: OpenAIParameters.countHeaders)
      ],
      problems: ProblemKind.ofBodies + [
        .unauthorized, .budgetExceeded, .forbidden, .notFound, .conflict, .validation, .rateLimited,
        .unavailable,
      ], access: .asking, takesRest: true)
  }
}

extension GeminiModelRoutes {
  var listing: RouteDescription {
    RouteDescription(
      method: .get, path: "/v1beta/models", summary: "List models, as Gemini's clients read them",
      description:
        "The routes, the aliases that are no patterns, and the models of every provider that is on.",
      group: GeminiDescription.group,
      parameters: [
        GeminiDescription.key,
        ParameterDescription(
          name: "pageSize", location: .query,
          schema: ["type": "integer", "minimum": 1, "maximum": 1000, "default": 50],
          description: "How many there are on a page at most."),
        ParameterDescription(
          name: "pageToken", location: .query, schema: ["type": "string"],
          description: "The `nextPageToken` of the page before."),
      ],
      responses: [
        ResponseDescription(
          status: .ok, description: "In Google's form.", schema: ["type": "object"],
          example: ["models": [["name": "models/default", "displayName": "default"]]])
      ],
      problems: [.unauthorized, .forbidden, .validation], access: .jobs)
  }

  var reading: RouteDescription {
    RouteDescription(
      method: .get, path: "/v1beta/models/{model}", summary: "Look up a model, as Gemini's clients read it",
      description: "Whether the key can ask a name, and how much it takes.", group: GeminiDescription.group,
      parameters: [GeminiDescription.model, GeminiDescription.key],
      responses: [
        ResponseDescription(status: .ok, description: "In Google's form.", schema: ["type": "object"])
      ],
      problems: [.unauthorized, .forbidden, .notFound], access: .jobs, takesRest: true)
  }
}
