import NIOCore
import Shared

/// Conversations that are kept: what clients find again by their ids.
struct ConversationDesk: Sendable {
  let queue: JobQueue
  /// How many bytes a conversation may have, and all that is read of one.
  let mostBytes: Int

  /// How many times as large as it may be one is that is read all the same.
  private static let listedAtMost = 4
  /// How often a change is tried that others get in the way of.
  private static let tries = 3

  /// A conversation of the client's, without its items. Throws ``Problem/conversationNotFound(_:)`` for one that never was, is
  /// gone, or is another's.
  func find(_ text: String?, for client: Client) async throws(Problem) -> KeptConversation {
    try await find(text, for: client, within: 0)
  }

  private func find(
    _ text: String?, for client: Client, within bytes: Int
  ) async throws(Problem) -> KeptConversation {
    guard let text, let id = ConversationID(text) else { throw .noConversation(text) }
    let conversation: KeptConversation?
    do { conversation = try await queue.conversation(id, tenant: client.tenant, within: bytes) } catch {
      throw Problem(error)
    }
    guard let conversation, client.mayRead(madeBy: conversation.key) else { throw .noConversation(text) }
    return conversation
  }

  /// The same with all that was said in it. It counts as `hold` does. Of responses that nobody has read before only their
  /// items stay. The last response may have made it larger than it may be to be asked in: with `isListed` it is read then, too, so
  /// that its client can take items out.
  func read(
    _ text: String?, for client: Client, holding hold: BodyHold, isListed: Bool = false
  ) async throws(Problem) -> ReadConversation {
    let most = isListed ? Self.listedAtMost * mostBytes : mostBytes
    // Before all of it is there.
    try await hold.add(min(try await find(text, for: client).size, most))
    let found = try await find(text, for: client, within: most)
    guard !found.isCut else {
      throw Call.invalid(
        "body", "conversation",
        "The conversation has more than \(most) bytes; take items out, or begin another with what is still needed"
      )
    }
    let conversation = ReadConversation(found)
    let edits = conversation.entries.filter(\.isRaw).map(\.edit)
    // It says the same: where it fails, the next reader does it.
    if !edits.isEmpty { try? await queue.settle(found.id, tenant: client.tenant, edits) }
    return conversation
  }

  // MARK: - Changes

  func create(
    metadata: JSONObject, items: [JSONValue], for client: Client
  ) async throws(Problem) -> JSONValue {
    let id = ConversationID(unixMilliseconds: Timestamp.now)
    do {
      let created = try await queue.createConversation(
        id, tenant: client.tenant, key: client.policy.key?.id.rawValue, metadata: Self.stored(metadata),
        items: items.isEmpty ? nil : JSONValue.array(Self.named(items)).serialized())
      return Self.json(id, created: created, metadata: .object(metadata))
    } catch { throw .adding(error) }
  }

  func describe(
    _ conversation: KeptConversation, metadata: JSONObject, for client: Client
  ) async throws(Problem) -> JSONValue {
    let isThere: Bool
    do {
      isThere = try await queue.describeConversation(
        conversation.id, tenant: client.tenant, metadata: Self.stored(metadata))
    } catch { throw Problem(error) }
    guard isThere else { throw .noConversation(conversation.id.text) }
    return Self.json(conversation.id, created: conversation.created, metadata: .object(metadata))
  }

  /// Adds items. Returns them as they are kept.
  func say(
    _ items: [JSONValue], in conversation: KeptConversation, for client: Client
  ) async throws(Problem) -> [JSONValue] {
    let items = Self.named(items)
    let refusal: ConversationRefusal?
    do {
      refusal = try await queue.say(
        JSONValue.array(items).serialized(), in: conversation.id, tenant: client.tenant, most: mostBytes)
    } catch { throw .adding(error) }
    if let refusal { throw Problem(refusal, of: conversation.id) }
    return items
  }

  /// Takes an item out. Returns the conversation.
  func remove(
    _ item: String, from text: String?, for client: Client, holding hold: BodyHold
  ) async throws(Problem) -> JSONValue {
    for _ in 0..<Self.tries {
      let conversation = try await read(text, for: client, holding: hold, isListed: true)
      guard let entry = conversation.entry(without: item) else {
        throw .noItem(item, in: conversation.head.id)
      }
      let refusal: ConversationRefusal?
      do {
        refusal = try await queue.edit(conversation.head.place, tenant: client.tenant, [entry.edit])
      } catch { throw Problem(error) }
      switch refusal {
      case nil: return Self.json(conversation.head)
      case .locked: continue
      case .absent?, .full?: throw .noConversation(text)
      }
    }
    throw .conversationLocked
  }

  func forget(_ conversation: KeptConversation, for client: Client) async throws(Problem) {
    let isGone: Bool
    do {
      isGone = try await queue.forgetConversation(conversation.id, tenant: client.tenant)
    } catch { throw Problem(error) }
    guard isGone else { throw .noConversation(conversation.id.text) }
  }

  // MARK: - As clients see it

  static func json(_ conversation: KeptConversation) -> JSONValue {
    let metadata = conversation.metadata.flatMap { try? JSONParser.parse($0) }
    return json(conversation.id, created: conversation.created, metadata: metadata ?? [:])
  }

  private static func json(_ id: ConversationID, created: Int64, metadata: JSONValue) -> JSONValue {
    [
      "id": .string(id.text), "object": "conversation", "created_at": .integer(created / 1000),
      "metadata": metadata,
    ]
  }

  private static func stored(_ metadata: JSONObject) -> ByteBuffer? {
    metadata.isEmpty ? nil : JSONValue.object(metadata).serialized()
  }

  /// The items with all members that a reader expects, without what they bring for servers of tools, under ids of ours: a
  /// client may put one item twice.
  private static func named(_ items: [JSONValue]) -> [JSONValue] {
    var known: Set<String> = []
    let token = ResponseID.token(of: JobID(unixMilliseconds: Timestamp.now))
    let told = (["input": .array(items)] as JSONObject).withoutToolSecrets["input"]?.array ?? items
    let items = told.map { item in
      guard case .object(var members) = item else { return item }
      members["id"] = nil
      return JSONValue.object(members)
    }
    return ResponseItems.shown(items, token: token, known: &known)
  }
}
