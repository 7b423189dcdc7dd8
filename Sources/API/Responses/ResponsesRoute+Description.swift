import Shared

extension ResponsesRoute {
  var description: RouteDescription {
    RouteDescription(
      method: .post, path: "/v1/responses", summary: "Respond, as OpenAI's newer clients ask",
      description: """
        OpenAI's Responses, answered by any provider: point OpenAI's SDKs, its Agents SDK or Codex at this server's `/v1`. \
        Tools that only OpenAI can run (`web_search`, `file_search`, `mcp`, …) go to a target that speaks Responses; \
        for another they are left out, which `X-Sluice-Dropped` tells, and refused where `tool_choice` demands one. \
        Members that are not listed here go to such a target as they are.
        """,
      group: "OpenAI-compatible", parameters: OpenAIParameters.ofModels,
      requestBody: RequestBodyDescription(
        name: "ResponseRequest", schema: ResponsesBody.schema.openAPISchema,
        example: [
          "model": "default", "instructions": "Answer in one sentence.", "input": "Why is the sky blue?",
          "stream": false,
        ]),
      responses: [
        ResponseDescription(
          status: .ok, description: "The response.", schema: ["type": "object"],
          example: ResponsesExample.whole, headers: OpenAIParameters.answerHeaders),
        ResponseDescription(
          status: .ok,
          description: "With `stream`: events, each with its `sequence_number`, up to `response.completed`.",
          contentType: "text/event-stream"),
      ],
      problems: OpenAIParameters.problems, access: .asking)
  }
}
