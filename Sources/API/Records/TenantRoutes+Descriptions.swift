import Shared

extension TenantRoutes {
  private static let group = "Tenants and keys"

  var creation: RouteDescription {
    RouteDescription(
      method: .post, path: "/admin/tenants", summary: "Make a tenant",
      description: "A tenant owns limits, budgets, models and keys. Its id is yours to choose.",
      group: Self.group,
      requestBody: RequestBodyDescription(
        name: "NewTenant", schema: RecordSchema.newTenant,
        example: ["id": "search", "limits": ["100 requests/minute"], "budgets": ["50/month"]]),
      responses: [
        ResponseDescription(
          status: .created, description: "The tenant.", schema: RecordSchema.reference("Tenant"),
          headers: [RecordParameters.eTag, ("Location", "The tenant's path.")])
      ],
      problems: ProblemKind.ofBodies + RecordParameters.ofReading + [.conflict, .unacknowledged],
      access: .adminAll)
  }

  var listing: RouteDescription {
    RouteDescription(
      method: .get, path: "/admin/tenants", summary: "List tenants",
      description: "Those that the key reaches, by their ids; `default` is there always.", group: Self.group,
      parameters: [RecordParameters.limit, RecordParameters.cursor],
      responses: [
        ResponseDescription(
          status: .ok, description: "A page of tenants.", schema: RecordSchema.page(of: "Tenant"))
      ], problems: RecordParameters.ofReading, access: .adminRead)
  }

  var reading: RouteDescription {
    RouteDescription(
      method: .get, path: "/admin/tenants/{id}", summary: "Read a tenant",
      description: "With `left`: how its limits and budgets stand.", group: Self.group,
      parameters: [RecordParameters.id(of: "tenant")],
      responses: [
        ResponseDescription(
          status: .ok, description: "The tenant.", schema: RecordSchema.reference("Tenant"),
          headers: [RecordParameters.eTag])
      ], problems: RecordParameters.ofReading + [.notFound], access: .adminRead)
  }

  var change: RouteDescription {
    RouteDescription(
      method: .patch, path: "/admin/tenants/{id}", summary: "Change a tenant",
      description: "A JSON merge patch (RFC 7396). It holds from the very next request on, in every process.",
      group: Self.group, parameters: [RecordParameters.id(of: "tenant"), RecordParameters.ifMatch],
      requestBody: RequestBodyDescription(
        name: "TenantPatch", schema: RecordSchema.reference("TenantChange"),
        example: ["budgets": ["80/month"]]),
      responses: [
        ResponseDescription(
          status: .ok, description: "The tenant as it is now.", schema: RecordSchema.reference("Tenant"),
          headers: [RecordParameters.eTag])
      ], problems: RecordParameters.ofChanges, access: .adminAll)
  }

  var deletion: RouteDescription {
    RouteDescription(
      method: .delete, path: "/admin/tenants/{id}", summary: "Delete a tenant",
      description: """
        Its keys go with it. One with jobs that have not ended stays, unless `force` cancels them: then it is disabled first, and \
        deleted when they are cancelled. Where the request breaks off it may be sent again, and goes on.
        """,
      group: Self.group,
      parameters: [
        RecordParameters.id(of: "tenant"), RecordParameters.ifMatch,
        ParameterDescription(
          name: "force", location: .query, schema: ["type": "boolean", "default": false],
          description: "Whether jobs that have not ended are cancelled."),
      ],
      responses: [
        ResponseDescription(status: .noContent, description: "It is gone."),
        ResponseDescription(
          status: .ok, description: "It is gone, with `force`.",
          schema: [
            "type": "object",
            "properties": ["id": ["type": "string"], "cancelled_jobs": ["type": "integer", "minimum": 0]],
          ]),
      ],
      problems: RecordParameters.ofDeletion, access: .adminAll)
  }
}
