import Shared

extension KeyRoutes {
  private static let group = "Tenants and keys"

  var creation: RouteDescription {
    RouteDescription(
      method: .post, path: "/admin/keys", summary: "Make a key",
      description: """
        The answer shows the key, this once. Nobody gives a scope, tenant, limit, budget or model beyond his own; a key \
        of one tenant's administrator makes keys of that tenant.
        """,
      group: Self.group,
      requestBody: RequestBodyDescription(
        name: "NewKey", schema: RecordSchema.newKey,
        example: ["tenant": "search", "name": "indexer", "budgets": ["5/day"]]),
      responses: [
        ResponseDescription(
          status: .created, description: "The key.", schema: RecordSchema.reference("Key"),
          headers: [RecordParameters.eTag, ("Location", "The record's path.")])
      ],
      problems: ProblemKind.ofBodies + RecordParameters.ofReading + [.conflict, .unacknowledged],
      access: .adminKeys)
  }

  var listing: RouteDescription {
    RouteDescription(
      method: .get, path: "/admin/keys", summary: "List keys",
      description: "Those of all tenants that the key reaches, by the time they were made.",
      group: Self.group,
      parameters: [
        ParameterDescription(
          name: "tenant", location: .query, schema: ["type": "string"],
          description: "Only those of this tenant; `*` for keys of all tenants."), RecordParameters.limit,
        RecordParameters.cursor,
      ],
      responses: [
        ResponseDescription(
          status: .ok, description: "A page of keys.", schema: RecordSchema.page(of: "Key"))
      ], problems: RecordParameters.ofReading + [.notFound], access: .adminRead)
  }

  var reading: RouteDescription {
    RouteDescription(
      method: .get, path: "/admin/keys/{id}", summary: "Read a key's record",
      description: "The key itself is kept nowhere.",
      group: Self.group, parameters: [RecordParameters.id(of: "key")],
      responses: [
        ResponseDescription(
          status: .ok, description: "The record.", schema: RecordSchema.reference("Key"),
          headers: [RecordParameters.eTag])
      ], problems: RecordParameters.ofReading + [.notFound], access: .adminRead)
  }

  var change: RouteDescription {
    RouteDescription(
      method: .patch, path: "/admin/keys/{id}", summary: "Change a key's record",
      description: "A JSON merge patch (RFC 7396). It holds from the very next request on, in every process.",
      group: Self.group, parameters: [RecordParameters.id(of: "key"), RecordParameters.ifMatch],
      requestBody: RequestBodyDescription(
        name: "KeyPatch", schema: RecordSchema.reference("KeyChange"), example: ["enabled": false]),
      responses: [
        ResponseDescription(
          status: .ok, description: "The record as it is now.", schema: RecordSchema.reference("Key"),
          headers: [RecordParameters.eTag])
      ], problems: RecordParameters.ofChanges, access: .adminKeys)
  }

  var deletion: RouteDescription {
    RouteDescription(
      method: .delete, path: "/admin/keys/{id}", summary: "Revoke a key",
      description: "It is refused from the very next request on, and reads nothing more within a second.",
      group: Self.group, parameters: [RecordParameters.id(of: "key"), RecordParameters.ifMatch],
      responses: [ResponseDescription(status: .noContent, description: "It is gone.")],
      problems: RecordParameters.ofDeletion, access: .adminKeys)
  }

  var rotation: RouteDescription {
    RouteDescription(
      method: .post, path: "/admin/keys/{id}/rotate", summary: "Replace a key",
      description: "The record stays; the answer shows the new key, this once.", group: Self.group,
      parameters: [RecordParameters.id(of: "key"), RecordParameters.ifMatch],
      requestBody: RequestBodyDescription(
        name: "Rotation", schema: RotationBody.schema.openAPISchema, example: ["overlap_seconds": 86_400]),
      responses: [
        ResponseDescription(
          status: .ok, description: "The record with its new key.", schema: RecordSchema.reference("Key"),
          headers: [RecordParameters.eTag])
      ], problems: RecordParameters.ofChanges, access: .adminKeys)
  }
}

extension AuditRoute {
  var description: RouteDescription {
    RouteDescription(
      method: .get, path: "/admin/audit", summary: "Read the log of changes",
      description: """
        What administrators have changed, the newest first. Each entry holds the digest of the one that was made before \
        it, so that none can be taken away or changed unseen.
        """,
      group: "Tenants and keys", parameters: [RecordParameters.limit, RecordParameters.cursor],
      responses: [
        ResponseDescription(
          status: .ok, description: "A page of entries.", schema: RecordSchema.auditPage)
      ], problems: RecordParameters.ofReading, access: .adminRead)
  }
}

extension LimitsRoute {
  var description: RouteDescription {
    RouteDescription(
      method: .get, path: "/usage/limits", summary: "See what is left",
      description:
        "The limits and budgets of the key, its tenant and, with `X-Sluice-User`, of that user, and how they stand.",
      group: "Usage",
      parameters: [
        RouteParameters.user
      ],
      responses: [
        ResponseDescription(
          status: .ok, description: "How they stand.", schema: RecordSchema.reference("Limits"))
      ],
      problems: [.unauthorized, .forbidden, .rateLimited, .validation, .unavailable], access: .jobs)
  }
}
