import NIOCore
import Shared

/// `POST /v1/responses`: what OpenAI's newer clients ask, Codex among them.
struct ResponsesRoute: Sendable {
  let desk: CompatibleDesk
  let responses: ResponseDesk

  var route: Route { Route(description, handler: desk.asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try desk.wait(of: call)
    guard let client = call.client else { throw .unauthorized }
    let json = try await desk.bodies.json(of: call)
    let key = try call.idempotencyKey()
    let alone = key == nil ? nil : try? askedAlone(json)
    var sent = alone?.stored
    if let key, let alone, var again = try? question(about: alone, call, wait) {
      again.order.sent = sent
      switch try await desk.asking.desk.known(again.order, by: client, idempotencyKey: key) {
      case .replayed(let id):
        again.replays = id
        return again
      // Or with a build of before, which told requests by all that they go on from.
      case .reused: sent = nil
      case nil: break
      }
    }
    var whole = try question(about: try await asked(json, by: client, call), call, wait)
    whole.order.sent = sent
    return whole
  }

  private func question(
    about asked: Asked, _ call: Call, _ wait: Duration
  ) throws(Problem) -> Question {
    let body = asked.body
    try desk.catalogs.current.check(model: body.model)
    var conversation = body.conversation(asked.sent)
    conversation.headers = call.request.headers.ofOpenAI
    let request = JobRequest.chat(conversation)
    let isFlexible = asked.sent["service_tier"] == "flex"
    let lane: Lane = isFlexible ? .batch : body.background ? .standard : .interactive
    var order = JobOrder(
      request: request, lane: lane, isLaneNamed: isFlexible,
      cache: try desk.cacheMode(of: request, in: call), metadata: body.metadata,
      expiresIn: desk.expiresIn, streaming: body.stream ? .deltas : nil,
      user: try UserName.read(asked.sent))
    if body.store || asked.conversation != nil {
      order.kept = KeptRequest(
        body: asked.stored, previous: asked.previous, conversation: asked.conversation,
        isBackground: body.background, isKept: body.store)
    } else {
      order.leavesNothing = true
    }
    let writer = ResponsesWriter(
      model: body.model, request: asked.sent, names: ToolNames(of: conversation.toolsInAll))
    if body.background, !body.stream {
      return Question(order: order, form: .later(by: writer), wait: nil)
    }
    return Question(
      order: order, form: body.stream ? .streamed(by: writer) : .written(by: writer), wait: wait)
  }

  // MARK: - What is asked

  private struct Asked {
    /// With all that it goes on from.
    let body: ResponsesBody
    /// The members as they were sent, with items in the place of references to them.
    let sent: JSONObject
    let previous: JobID?
    let conversation: ConversationPlace?

    var stored: ByteBuffer { JSONValue.object(sent.withoutToolSecrets).serialized() }
  }

  private func asked(_ json: JSONValue, by client: Client, _ call: Call) async throws(Problem) -> Asked {
    var members = json.object ?? [:]
    if let items = members["input"]?.array {
      members["input"] = .array(try await responses.resolved(items, for: client, holding: call.hold))
    }
    let sent = members
    let conversation = try await conversation(members, for: client, call)
    var history = conversation?.items ?? []
    if let previous = members["previous_response_id"]?.string {
      history = try await responses.history(until: previous, for: client, holding: call.hold)
    }
    let input = ResponseItems.list(members["input"])
    // One that is none is refused as if it stood alone.
    if !history.isEmpty, !input.isEmpty { members["input"] = .array(history + input) }
    return try asked(
      json.object == nil ? json : .object(members), behind: history.count, sent, conversation?.head.place)
  }

  /// What is asked, without all that is kept and may be another the next time: what it goes on from, and items that stand in its
  /// input by their ids. So it has no input at all, and is none that a provider may be asked. Nil for what goes on from nothing.
  private func askedAlone(_ json: JSONValue) throws(Problem) -> Asked? {
    guard var members = json.object, Self.goesOn(members) else { return nil }
    let sent = members
    let id = members["conversation"]?.conversationID.flatMap { ConversationID($0) }
    members["input"] = "-"
    return try asked(
      .object(members), behind: 0, sent, id.map { ConversationPlace(id: $0, version: 0) })
  }

  /// Whether what is asked goes on from what is kept.
  private static func goesOn(_ members: JSONObject) -> Bool {
    ["previous_response_id", "conversation"].contains { members[$0]?.isNull == false }
      || ResponseDesk.hasReferences(members["input"]?.array ?? [])
  }

  /// `json` is what was sent behind `count` items of before.
  private func asked(
    _ json: JSONValue, behind count: Int, _ sent: JSONObject, _ place: ConversationPlace?
  ) throws(Problem) -> Asked {
    let body: ResponsesBody
    switch ResponsesBody.schema.decode(json) {
    case .success(let model): body = model
    case .failure(let errors): throw .validation(errors.behind(count))
    }
    guard body.store || !body.background else {
      throw Call.invalid("body", "background", "A response in the background is kept; leave out store: false")
    }
    var sent = sent
    sent["store"] = .bool(body.store)
    return Asked(
      body: body, sent: sent,
      previous: sent["previous_response_id"]?.string.flatMap { ResponseID.job($0) }, conversation: place)
  }

  /// The conversation in which it is asked; nil where it is asked in none.
  private func conversation(
    _ members: JSONObject, for client: Client, _ call: Call
  ) async throws(Problem) -> ReadConversation? {
    guard let json = members["conversation"], !json.isNull else { return nil }
    if let previous = members["previous_response_id"], !previous.isNull { throw Self.notBoth }
    // What names none is refused with all else that is wrong.
    guard let id = json.conversationID else { return nil }
    return try await responses.conversations.read(id, for: client, holding: call.hold)
  }

  /// In OpenAI's words.
  private static let notBoth = Problem.validation(
    ValidationErrors(
      ValidationIssue(
        .said(
          type: ValidationFault.mutuallyExclusive,
          "Mutually exclusive parameters: send 'previous_response_id' or 'conversation', not both"),
        at: ["body", "conversation"])))
}

extension ValidationErrors {
  /// The same with items of the input counted as the client sent them, `count` of those that were read before them. What is
  /// wrong with what it goes on from is wrong with the input as a whole.
  fileprivate func behind(_ count: Int) -> ValidationErrors {
    guard count > 0 else { return self }
    var errors = ValidationErrors()
    for issue in issues {
      var location = issue.location
      if location.count > 2, location[1] == "input", case .index(let index) = location[2] {
        location = index < count ? Array(location.prefix(2)) : location
        if index >= count { location[2] = .index(index - count) }
      }
      errors.add(issue.fault, at: location)
    }
    return errors
  }
}
