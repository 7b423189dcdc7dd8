import NIOCore
import Shared

/// `/v1/conversations` and what is below it.
struct ConversationRoutes: Sendable {
  let bodies: BodyReader
  let responses: ResponseDesk

  private var desk: ConversationDesk { responses.conversations }

  var routes: [Route] {
    [
      Route(creation, handler: create), Route(reading, handler: read), Route(changing, handler: describe),
      Route(deletion, handler: delete), Route(adding, handler: add), Route(listing, handler: list),
      Route(readingItem, handler: readItem), Route(deletingItem, handler: deleteItem),
    ]
  }

  private func client(_ call: Call) throws(Problem) -> Client {
    guard let client = call.client else { throw .unauthorized }
    return client
  }

  private func find(_ call: Call) async throws(Problem) -> KeptConversation {
    try await desk.find(call.parameters["id"], for: client(call))
  }

  private func conversation(_ call: Call) async throws(Problem) -> ReadConversation {
    try await desk.read(call.parameters["id"], for: client(call), holding: call.hold, isListed: true)
  }

  /// Counts a change in its client's limits of requests: it asks nobody, and all that others keep would give way to one who
  /// makes them without end.
  private func count(_ call: Call) async throws(Problem) -> RateLimitStates? {
    try await responses.jobs.countChange(by: client(call), user: call.user())
  }

  private static func ok(_ json: JSONValue, _ limit: RateLimitStates? = nil) -> Reply {
    Reply(.ok, json: json.serialized(), limit: limit)
  }

  /// The body, with kept items in the place of references to them.
  private func body(
    _ call: Call, as schema: BodySchema<ConversationBody>
  ) async throws(Problem) -> ConversationBody {
    var json = try await bodies.json(of: call)
    if case .object(var members) = json, let items = members["items"]?.array {
      members["items"] = .array(
        try await responses.resolved(items, for: client(call), holding: call.hold))
      json = .object(members)
    }
    switch schema.decode(json) {
    case .success(let body): return body
    case .failure(let errors): throw .validation(errors)
    }
  }

  // MARK: - Conversations

  private func create(_ call: Call) async throws(Problem) -> Reply {
    let body = try await body(call, as: ConversationBody.creation)
    let limit = try await count(call)
    return Self.ok(
      try await desk.create(metadata: body.metadata, items: body.items, for: client(call)), limit)
  }

  private func read(_ call: Call) async throws(Problem) -> Reply {
    Self.ok(ConversationDesk.json(try await find(call)))
  }

  private func describe(_ call: Call) async throws(Problem) -> Reply {
    let conversation = try await find(call)
    let body = try await body(call, as: ConversationBody.description)
    let limit = try await count(call)
    return Self.ok(
      try await desk.describe(conversation, metadata: body.metadata, for: client(call)), limit)
  }

  private func delete(_ call: Call) async throws(Problem) -> Reply {
    let conversation = try await find(call)
    let limit = try await count(call)
    try await desk.forget(conversation, for: client(call))
    return Self.ok(
      ["id": .string(conversation.id.text), "object": "conversation.deleted", "deleted": true], limit)
  }

  // MARK: - Their items

  private func add(_ call: Call) async throws(Problem) -> Reply {
    let conversation = try await find(call)
    let body = try await body(call, as: ConversationBody.addition)
    let limit = try await count(call)
    let items = try await desk.say(body.items, in: conversation, for: client(call))
    return Self.ok(ItemPage.list(items), limit)
  }

  private func list(_ call: Call) async throws(Problem) -> Reply {
    let page = try ItemPage(call)
    return Self.ok(try page.json(of: try await conversation(call).items))
  }

  private func readItem(_ call: Call) async throws(Problem) -> Reply {
    let (conversation, id) = (try await conversation(call), call.parameters["item_id"] ?? "")
    guard let item = conversation.items.first(where: { $0["id"]?.string == id }) else {
      throw .noItem(id, in: conversation.head.id)
    }
    return Self.ok(item)
  }

  private func deleteItem(_ call: Call) async throws(Problem) -> Reply {
    _ = try await find(call)
    // Before all of it is read.
    let limit = try await count(call)
    return Self.ok(
      try await desk.remove(
        call.parameters["item_id"] ?? "", from: call.parameters["id"], for: client(call),
        holding: call.hold), limit)
  }
}
