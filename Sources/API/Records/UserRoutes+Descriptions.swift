import Shared

extension UserRoutes {
  private static let group = "Tenants and keys"

  private static let tenant = ParameterDescription(
    name: "tenant", location: .query, schema: ["type": "string"],
    description: "The tenant whose users they are; an administrator of one need not say it.")

  private static let id = ParameterDescription(
    name: "id", location: .path, schema: ["type": "string", "minLength": 1, "maxLength": 256],
    description: "The user, as requests name it, percent-encoded.")

  var listing: RouteDescription {
    RouteDescription(
      method: .get, path: "/admin/users", summary: "List users",
      description: """
        Those whom requests of the tenant have named within `USAGE_RETENTION`, by their names, with what they used in that \
        time. A page has 200 at most.
        """,
      group: Self.group, parameters: [Self.tenant, RecordParameters.limit, RecordParameters.cursor],
      responses: [
        ResponseDescription(
          status: .ok, description: "A page of users.", schema: RecordSchema.page(of: "User"))
      ], problems: RecordParameters.ofReading + [.notFound], access: .adminRead)
  }

  var exporting: RouteDescription {
    RouteDescription(
      method: .get, path: "/admin/users/{id}/export", summary: "Export what is kept of a user",
      description: """
        One JSON object a line, the newest first: each `job` of the user with its answer, and the `request` where it is still \
        there. Each page that is read for it stands in the log of changes, which tells the user by a digest.
        """,
      group: Self.group, parameters: [Self.id, Self.tenant],
      responses: [
        ResponseDescription(status: .ok, description: "The lines.", contentType: "application/x-ndjson")
      ], problems: RecordParameters.ofReading + [.notFound, .unacknowledged], access: .adminAll)
  }

  var deletion: RouteDescription {
    RouteDescription(
      method: .delete, path: "/admin/users/{id}", summary: "Delete what is kept of a user",
      description: """
        Jobs are cancelled and go, with their answers, events and what the cache has of them, and so do conversations in which \
        responses name the user; of usage only numbers stay, without the user. The log of changes tells the user by a digest.
        """,
      group: Self.group, parameters: [Self.id, Self.tenant],
      responses: [ResponseDescription(status: .noContent, description: "It is gone.")],
      problems: RecordParameters.ofReading + [.notFound, .unacknowledged], access: .adminKeys)
  }
}
