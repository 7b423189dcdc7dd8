import Shared

/// A page of items, as the client asks for it.
struct ItemPage: Sendable {
  private let size: Int
  private let isAscending: Bool
  private let after: String?

  static let parameters = [
    RouteParameters.limit,
    ParameterDescription(
      name: "order", location: .query, schema: ["type": "string", "enum": ["asc", "desc"]],
      description: "`desc`, the newest first, where nothing is said."),
    ParameterDescription(
      name: "after", location: .query, schema: ["type": "string"],
      description: "The `last_id` of the page before."),
  ]

  /// Reads `limit`, `order` and `after`.
  init(_ call: Call) throws(Problem) {
    size = try call.pageSize()
    let order = call.query("order") ?? "desc"
    guard ["asc", "desc"].contains(order) else {
      throw Call.invalid("query", "order", "Input should be asc or desc")
    }
    isAscending = order == "asc"
    after = call.query("after")
  }

  /// The page of these items, which stand the oldest first.
  func json(of items: [JSONValue]) throws(Problem) -> JSONValue {
    var items = isAscending ? items : items.reversed()
    if let after {
      guard let place = items.firstIndex(where: { $0["id"]?.string == after }) else {
        throw Call.invalid("query", "after", "Input should be the `last_id` of a page")
      }
      items.removeFirst(place + 1)
    }
    return Self.list(Array(items.prefix(size)), hasMore: items.count > size)
  }

  static func list(_ items: [JSONValue], hasMore: Bool = false) -> JSONValue {
    [
      "object": "list", "data": .array(items), "first_id": items.first?["id"] ?? .null,
      "last_id": items.last?["id"] ?? .null, "has_more": .bool(hasMore),
    ]
  }
}
