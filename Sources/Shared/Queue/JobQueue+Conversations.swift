public import NIOCore

/// Conversations: said.lua, conversations.lua. Whatever changes one keeps it for as long as responses are kept from then on.
extension JobQueue {
  /// The bytes after which a page of entries ends. One entry may have more.
  private static let conversationBytesAtOnce = 4 << 20

  /// A new conversation. Returns when it was created (Unix milliseconds).
  ///
  /// - Parameters:
  ///   - key: the id of the key that makes it; nil for `SERVICE_API_KEY`.
  ///   - metadata: a JSON object.
  ///   - items: a JSON array.
  public func createConversation(
    _ id: ConversationID, tenant: String, key: String?, metadata: ByteBuffer?, items: ByteBuffer?
  ) async throws(QueueError) -> Int64 {
    var command = step("conversation_create", id, tenant)
    command.append(key ?? "")
    command.append(metadata ?? ByteBuffer())
    command.append(items ?? ByteBuffer())
    command.append(retention.responses.wholeMilliseconds)
    guard let created = try await changed(command).integer else {
      throw .unexpectedReply(step: "conversation_create")
    }
    return created
  }

  /// A conversation, with its entries as far as they have `bytes` in all: a page after the other, so that no step is long.
  /// Nil when the tenant has none of that id.
  public func conversation(
    _ id: ConversationID, tenant: String, within bytes: Int = 0
  ) async throws(QueueError) -> KeptConversation? {
    let wanted = bytes > 0 ? Self.conversationBytesAtOnce : 0
    guard var whole = try await page(of: id, tenant: tenant, after: 0, wanted) else { return nil }
    var (size, next, untold) = (whole.entries.reduce(0) { $0 + $1.size }, whole.next, whole.untold)
    while wanted > 0, let after = next {
      guard size <= bytes else {
        whole.isCut = true
        break
      }
      guard let more = try await page(of: id, tenant: tenant, after: after, wanted) else { return nil }
      size += more.entries.reduce(0) { $0 + $1.size }
      whole.entries += more.entries
      (next, untold) = (more.next, more.untold)
    }
    if size > bytes { whole.isCut = true }
    if wanted > 0, let untold, await !isAcknowledged() {
      whole.entries.removeAll { $0.job == untold }
      whole.lacksLast = true
    }
    return whole
  }

  private func page(
    of id: ConversationID, tenant: String, after number: Int, _ bytes: Int
  ) async throws(QueueError) -> KeptConversation? {
    var command = step("conversation", id, tenant)
    command.append(number)
    command.append(bytes)
    guard let page = try await perform(command).array else { throw .unexpectedReply(step: "conversation") }
    if page.isEmpty { return nil }
    guard let conversation = KeptConversation(id, page) else { throw .unexpectedReply(step: "conversation") }
    return conversation
  }

  /// Its metadata, a JSON object, are others. Returns whether the tenant has it.
  public func describeConversation(
    _ id: ConversationID, tenant: String, metadata: ByteBuffer?
  ) async throws(QueueError) -> Bool {
    var command = step("conversation_describe", id, tenant)
    command.append(metadata ?? ByteBuffer())
    command.append(retention.responses.wholeMilliseconds)
    return try await changed(command).integer == 1
  }

  /// Its client says items, a JSON array. Returns why not, if they are not said.
  ///
  /// - Parameter most: bytes that it may take with them.
  public func say(
    _ items: ByteBuffer, in id: ConversationID, tenant: String, most: Int
  ) async throws(QueueError) -> ConversationRefusal? {
    var command = step("conversation_add", id, tenant)
    command.append(items)
    command.append(most)
    command.append(retention.responses.wholeMilliseconds)
    guard let word = try await changed(command).string else {
      throw .unexpectedReply(step: "conversation_add")
    }
    if word == "done" { return nil }
    guard let refusal = ConversationRefusal(rawValue: word) else {
      throw .unexpectedReply(step: "conversation_add")
    }
    return refusal
  }

  /// Entries are others, or gone, if it is as it was when they were read; else it is ``ConversationRefusal/locked``.
  public func edit(
    _ place: ConversationPlace, tenant: String, _ edits: [ConversationEdit]
  ) async throws(QueueError) -> ConversationRefusal? {
    let command = step(edits, of: place.id, tenant: tenant, version: "\(place.version)")
    switch try await changed(command).string {
    case "done": return nil
    case "absent": return .absent
    case "moved": return .locked
    default: throw .unexpectedReply(step: "conversation_replace")
    }
  }

  /// Responses that were read are stored as the items that they come to, without all else that was asked.
  public func settle(
    _ id: ConversationID, tenant: String, _ edits: [ConversationEdit]
  ) async throws(QueueError) {
    _ = try await perform(step(edits, of: id, tenant: tenant, version: ""))
  }

  private func step(
    _ edits: [ConversationEdit], of id: ConversationID, tenant: String, version: String
  ) -> RedisCommand {
    var command = step("conversation_replace", id, tenant)
    command.append(version)
    command.append(retention.responses.wholeMilliseconds)
    for edit in edits {
      command.append(edit.number)
      command.append(edit.stored)
    }
    return command
  }

  /// It goes; the responses in it stay. Returns whether the tenant had it.
  public func forgetConversation(_ id: ConversationID, tenant: String) async throws(QueueError) -> Bool {
    try await changed(step("conversation_forget", id, tenant)).integer == 1
  }

  private func step(_ name: String, _ id: ConversationID, _ tenant: String) -> RedisCommand {
    var command = step(name)
    command.append(id.rawValue)
    command.append(tenant)
    return command
  }

  /// Takes a step that a client waits for; when Redis is full, finished work gives way first.
  private func changed(_ command: RedisCommand) async throws(QueueError) -> RESPValue {
    let reply = try await withRoom { () throws(QueueError) in try await change(command) }
    guard reply.isAcknowledged else { throw .unacknowledged }
    return reply.value
  }
}
