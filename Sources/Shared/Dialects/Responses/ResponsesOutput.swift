import OrderedCollections

/// What a model says, part by part, as items of Responses. Decides which part begins an item, goes on with one, or ends
/// those before it; whoever writes events does so by the steps.
struct ResponsesOutput: Sendable {
  /// What has become of an item. `content` is the place of a part in it.
  enum Step: Sendable, Hashable {
    case began(Int)
    case contentBegan(Int, content: Int)
    /// A text, or the arguments of a call, grew.
    case grew(Int, content: Int, by: String)
    case annotated(Int, content: Int, annotation: Int)
    case contentEnded(Int, content: Int)
    case ended(Int)
  }

  var items: [ResponsesItem] = []
  let names: ToolNames
  /// By the number of their part: the item that each part belongs to, and where in it.
  var places: [Int: (item: Int, content: Int)] = [:]
  /// What has nothing to see, and its maker wants back: it stands before what follows the thoughts.
  var hidden: OrderedDictionary<Int, Part> = [:]
  /// Calls whose tool is not known yet.
  var unnamed: OrderedDictionary<Int, ToolCall> = [:]
  /// All items before this one are done.
  private var firstOpen = 0
  /// Whether each part comes in one piece, so that nothing of it is waited for.
  private var isWhole = false

  /// `names` are those under which the model knows the client's tools.
  init(names: ToolNames) { self.names = names }

  /// What the parts of one turn are as items.
  static func items(of parts: [Part]) -> [ResponsesItem] {
    var output = ResponsesOutput(names: ToolNames(of: []))
    output.isWhole = true
    for (index, part) in parts.enumerated() { _ = output.take(part, at: index) }
    _ = output.end(isCut: false)
    return output.items
  }

  /// Takes the piece of a part in.
  mutating func take(_ part: Part, at index: Int, logprobs: [JSONValue] = []) -> [Step] {
    switch part {
    case .text(let text): takeText(text, index, logprobs)
    case .refusal(let text): grow(index, .refusal, of: .message, by: text)
    case .audio(let audio): grow(index, .text, of: .message, by: audio.transcript ?? "")
    case .thought(let thought): take(thought, index)
    case .toolCall(let call): take(call, index)
    case .image(let image): whole(ResponsesItem(.image(image)))
    case .citation(let citation): annotate(citation)
    case .opaque(let opaque): take(opaque, index)
    // No model says such.
    case .document, .toolResult: []
    }
  }

  /// Ends what is open; `isCut` says that the answer broke off.
  mutating func end(isCut: Bool) -> [Step] {
    var steps: [Step] = []
    let calls = unnamed
    unnamed = [:]
    for (index, call) in calls { steps += begin(call, index) }
    for place in items.indices where !items[place].isDone {
      items[place].isCut = isCut
      steps += close(place)
    }
    return steps + tellHidden()
  }

  // MARK: - Texts

  private mutating func takeText(_ text: TextPart, _ index: Int, _ logprobs: [JSONValue]) -> [Step] {
    var extras = text.extras
    let marked = extras.removeValue(forKey: ResponsesItemReader.item)?.object
    let isNew = places[index] == nil
    // Other dialects' texts follow each other for sources' sake, and are one.
    if isNew, marked == nil, let last = items.indices.last, items[last].kind == .message, !items[last].isDone,
      !items[last].isResponses, items[last].contents.last?.kind == .text
    {
      places[index] = (last, items[last].contents.count - 1)
    }
    var steps = grow(index, .text, of: .message, by: text.text, members: marked, isResponses: marked != nil)
    guard let place = places[index], items.indices.contains(place.item) else { return steps }
    // Another dialect's are nobody's here.
    if !extras.isEmpty, items[place.item].isResponses {
      items[place.item].contents[place.content].members.addMissing(of: extras)
    }
    guard !logprobs.isEmpty else { return steps }
    items[place.item].contents[place.content].logprobs += logprobs
    if text.text.isEmpty { steps.append(.grew(place.item, content: place.content, by: "")) }
    return steps
  }

  /// Grows the content that the part is; where there is none yet, or its item has ended, one begins.
  mutating func grow(
    _ index: Int, _ kind: ResponsesItem.Content.Kind, of itemKind: ResponsesItem.Kind, by text: String,
    members: JSONObject? = nil, isResponses: Bool = false
  ) -> [Step] {
    var steps: [Step] = []
    if let place = places[index], !items[place.item].isDone,
      items[place.item].contents.indices.contains(place.content)
    {
      if text.isEmpty { return [] }
      items[place.item].contents[place.content].text += text
      return [.grew(place.item, content: place.content, by: text)]
    }
    // A part of an item that has begun, as Responses itself has several in one.
    if places[index] == nil, members == nil, let last = items.indices.last, items[last].kind == itemKind,
      !items[last].isDone, items[last].isResponses
    {
      steps += closeContent(last)
    } else {
      steps += itemKind == .reasoning ? closeAll() : makeWay()
      var item = ResponsesItem(itemKind)
      item.members = members ?? [:]
      item.isResponses = isResponses
      items.append(item)
      steps.append(.began(items.count - 1))
    }
    let place = items.count - 1
    items[place].contents.append(ResponsesItem.Content(kind: kind, text: text))
    let content = items[place].contents.count - 1
    places[index] = (place, content)
    steps.append(.contentBegan(place, content: content))
    if !text.isEmpty { steps.append(.grew(place, content: content, by: text)) }
    return steps
  }

  private mutating func annotate(_ citation: Citation) -> [Step] {
    guard let last = items.indices.last, items[last].kind == .message, !items[last].isDone,
      let content = items[last].contents.indices.last, items[last].contents[content].kind == .text,
      let form = citation.responsesForm(in: items[last].contents[content].text)
    else { return [] }
    items[last].contents[content].annotations.append(.object(form))
    return [
      .annotated(last, content: content, annotation: items[last].contents[content].annotations.count - 1)
    ]
  }

  // MARK: - Ends

  /// Ends the thoughts, and all else that is open, before an item of another kind.
  mutating func makeWay() -> [Step] { closeAll() + tellHidden() }

  /// Ends what is open when another item begins. A call stays open until its arguments are whole: some servers tell
  /// those of several calls by turns.
  mutating func closeAll() -> [Step] {
    var steps: [Step] = []
    // An answer may have many items, and each new one comes by here.
    while firstOpen < items.count, items[firstOpen].isDone { firstOpen += 1 }
    for place in firstOpen..<items.count where !items[place].isDone && mayEnd(place) { steps += close(place) }
    return steps
  }

  private func mayEnd(_ place: Int) -> Bool {
    guard !isWhole, case .call(let call) = items[place].kind,
      call.kind != .custom || items[place].isInputWrapped
    else {
      return true
    }
    return (try? JSONParser.parse(call.arguments, of: .provider))?.object != nil
  }

  mutating func close(_ place: Int) -> [Step] {
    var steps = closeContent(place)
    if items[place].isInputWrapped, case .call(var call) = items[place].kind {
      items[place].isInputWrapped = false
      let value = try? JSONParser.parse(call.arguments, of: .provider)
      call.arguments = value?[ToolNames.input]?.string ?? call.arguments
      items[place].kind = .call(call)
      if !call.arguments.isEmpty { steps.append(.grew(place, content: 0, by: call.arguments)) }
    }
    items[place].isDone = true
    return steps + [.ended(place)]
  }

  private func closeContent(_ place: Int) -> [Step] {
    guard let last = items[place].contents.indices.last else { return [] }
    return [.contentEnded(place, content: last)]
  }
}
