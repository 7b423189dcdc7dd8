import Shared

extension KeptResponseRoutes {
  private static let group = "OpenAI-compatible"
  private static let id = ParameterDescription(
    name: "id", location: .path, schema: ["type": "string"], description: "The response's id, `resp_…`.")

  var reading: RouteDescription {
    RouteDescription(
      method: .get, path: "/v1/responses/{id}", summary: "Read a response again",
      description: """
        A response that was not asked with `store: false`, for as long as it is kept (`RESPONSE_TTL`, within \
        `RESPONSES_MAX_BYTES`). With `stream=true` the events of one that was asked with `stream`, those behind the \
        number `starting_after` alone, from whichever API process, also after its end.
        """,
      group: Self.group,
      parameters: [
        Self.id, RouteParameters.include,
        ParameterDescription(
          name: "stream", location: .query, schema: ["type": "boolean", "default": false],
          description: "Whether its events are told."),
        ParameterDescription(
          name: "starting_after", location: .query, schema: ["type": "integer", "minimum": 0],
          description: "The `sequence_number` of the last event that was read."),
      ],
      responses: [
        ResponseDescription(
          status: .ok, description: "The response as it stands.", schema: ["type": "object"],
          example: ResponsesExample.whole, headers: [("X-Sluice-Job", "The job's id.")]),
        ResponseDescription(
          status: .ok, description: "With `stream=true`: its events.", contentType: "text/event-stream"),
      ],
      problems: [.unauthorized, .forbidden, .notFound, .validation, .unavailable], access: .jobs)
  }

  var cancellation: RouteDescription {
    RouteDescription(
      method: .post, path: "/v1/responses/{id}/cancel", summary: "Cancel a response in the background",
      description: """
        Ends a response that was asked with `background`; the call to a provider that is under way is aborted. One that \
        has ended is returned as it is. The body is not read.
        """,
      group: Self.group, parameters: [Self.id],
      responses: [
        ResponseDescription(
          status: .ok, description: "The response, with what was said until then.",
          schema: ["type": "object"],
          example: ResponsesExample.whole, headers: [("X-Sluice-Job", "The job's id.")])
      ],
      problems: [.unauthorized, .forbidden, .notFound, .validation, .unavailable, .unacknowledged],
      access: .scopes([.ask]))
  }

  var deletion: RouteDescription {
    RouteDescription(
      method: .delete, path: "/v1/responses/{id}", summary: "Delete a response",
      description: """
        The response goes, with its job, its answer and its events; one that has not ended is cancelled first. What went \
        on from it can be read still, and not be gone on from.
        """,
      group: Self.group, parameters: [Self.id],
      responses: [
        ResponseDescription(
          status: .ok, description: "It is gone.", schema: ["type": "object"],
          example: [
            "id": "resp_01KG9Q3V4H5S8M2XN7C4D0F1T6ZRYWEJKP9A", "object": "response.deleted", "deleted": true,
          ])
      ],
      problems: [.unauthorized, .forbidden, .notFound, .unavailable, .unacknowledged],
      access: .scopes([.ask]))
  }

  var listing: RouteDescription {
    RouteDescription(
      method: .get, path: "/v1/responses/{id}/input_items", summary: "List what a response was given",
      description: """
        The items of its input, behind those of the responses from which it goes on, as far as these are still there.
        """,
      group: Self.group,
      parameters: [Self.id] + ItemPage.parameters + [RouteParameters.include],
      responses: [
        ResponseDescription(
          status: .ok, description: "A page of items.", schema: ["type": "object"], example: Self.page)
      ],
      problems: [.unauthorized, .forbidden, .notFound, .validation, .unavailable], access: .jobs)
  }

  private static let page: JSONValue = [
    "object": "list",
    "data": [
      [
        "type": "message", "role": "user", "status": "completed",
        "content": [["type": "input_text", "text": "Why is the sky blue?"]],
        "id": "msg_01KG9Q3V4H5S8M2XN7C4D0F1T6ZRYWEJKP9Ai0",
      ]
    ],
    "first_id": "msg_01KG9Q3V4H5S8M2XN7C4D0F1T6ZRYWEJKP9Ai0",
    "last_id": "msg_01KG9Q3V4H5S8M2XN7C4D0F1T6ZRYWEJKP9Ai0", "has_more": false,
  ]
}
