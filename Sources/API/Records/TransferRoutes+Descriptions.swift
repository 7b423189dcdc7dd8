import Shared

extension TransferRoutes {
  private static let group = "Tenants and keys"

  var exporting: RouteDescription {
    RouteDescription(
      method: .get, path: "/admin/export", summary: "Export tenants and keys",
      description: """
        All tenants, then all keys, as they are stored: of a key its digests, which are good for nothing without \
        `KEY_PEPPER`. `peppers` tells the peppers that they were made with from others.
        """,
      group: Self.group, parameters: [RecordParameters.limit, RecordParameters.cursor],
      responses: [
        ResponseDescription(
          status: .ok, description: "A page of records.",
          schema: [
            "type": "object", "required": ["peppers", "data", "next"],
            "properties": [
              "peppers": Self.peppers, "data": ["type": "array", "items": Self.entry],
              "next": ["type": ["string", "null"]],
            ],
          ])
      ], problems: RecordParameters.ofReading + [.unacknowledged], access: .adminAll)
  }

  var importing: RouteDescription {
    RouteDescription(
      method: .post, path: "/admin/import", summary: "Import tenants and keys",
      description: """
        Brings what an export has: all of it, or none where anything speaks against it. What is there already stays, unless \
        `replace` is true. Keys work as before, if one of this installation's peppers is that which they were made with. \
        Records of one request come after another; a request that broke off may be sent again. They are checked as new ones \
        are; but what was good and is no more, such as a key that has expired, and a model or route that is not here, is brought \
        as it is, with `remarks`.
        """,
      group: Self.group,
      requestBody: RequestBodyDescription(
        name: "Import",
        schema: [
          "type": "object", "additionalProperties": false, "required": ["data"],
          "properties": [
            "peppers": Self.peppers,
            "replace": ["type": "boolean", "default": false],
            "dry_run": [
              "type": "boolean", "default": false, "description": "Only tell what would be done.",
            ],
            "data": ["type": "array", "maxItems": .integer(Int64(TransferBody.most)), "items": Self.entry],
          ],
        ],
        example: ["peppers": [], "data": [["kind": "tenant", "record": ["id": "search"]]]]),
      responses: [
        ResponseDescription(
          status: .ok, description: "What became of each.",
          schema: [
            "type": "object",
            "properties": [
              "data": [
                "type": "array",
                "items": [
                  "type": "object",
                  "properties": [
                    "kind": Self.kind, "id": ["type": "string"],
                    "outcome": ["type": "string", "enum": ["created", "replaced", "kept"]],
                    "remarks": [
                      "type": "array", "items": ["type": "string"],
                      "description": "What of it is good no more, or not here.",
                    ],
                  ],
                ],
              ]
            ],
          ])
      ], problems: RecordParameters.ofChanges, access: .adminAll)
  }

  private static let peppers: JSONValue = [
    "type": "array", "items": ["type": "string"], "description": "As the export tells them.",
  ]
  private static let kind: JSONValue = ["type": "string", "enum": ["tenant", "key"]]
  private static let entry: JSONValue = [
    "type": "object", "required": ["kind", "record"],
    "properties": ["kind": kind, "record": ["type": "object", "description": "As it is stored."]],
  ]
}
