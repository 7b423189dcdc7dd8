/// Thoughts as items: several parts of one, and what only their maker can read.
extension ResponsesOutput {
  mutating func take(_ thought: Thought, _ index: Int) -> [Step] {
    let marked = thought.extras[ResponsesItemReader.item]?.object
    let isResponses = thought.maker?.dialect == .responses || marked != nil
    var steps: [Step] = []
    if places[index] == nil || items[places[index]?.item ?? 0].isDone {
      let kind: ResponsesItem.Content.Kind = thought.member == "content" ? .reasoning : .summary
      if thought.text.isEmpty {
        steps += beginReasoning(marked, isResponses, index)
      } else {
        steps += grow(
          index, kind, of: .reasoning, by: thought.text, members: marked, isResponses: isResponses)
      }
    } else if let place = places[index], place.content < 0, !thought.text.isEmpty {
      // It began with what is sealed, and has a text after all.
      let kind: ResponsesItem.Content.Kind = thought.member == "content" ? .reasoning : .summary
      items[place.item].contents.append(ResponsesItem.Content(kind: kind, text: thought.text))
      places[index] = (place.item, 0)
      steps += [.contentBegan(place.item, content: 0), .grew(place.item, content: 0, by: thought.text)]
    } else {
      steps += grow(index, .summary, of: .reasoning, by: thought.text)
    }
    if let place = places[index] { seal(place.item, thought) }
    return steps
  }

  private mutating func beginReasoning(_ members: JSONObject?, _ isResponses: Bool, _ index: Int) -> [Step] {
    let steps = closeAll()
    var item = ResponsesItem(.reasoning)
    item.members = members ?? [:]
    item.isResponses = isResponses
    items.append(item)
    places[index] = (items.count - 1, -1)
    return steps + [.began(items.count - 1)]
  }

  /// Keeps what its maker wants back.
  private mutating func seal(_ place: Int, _ thought: Thought) {
    var thought = thought
    thought.text = ""
    thought.extras = [:]
    guard case .thought(var known)? = items[place].sealed else {
      // A text alone is nobody's.
      if thought.maker != nil { items[place].sealed = .thought(thought) }
      return
    }
    known.join(thought)
    items[place].sealed = .thought(known)
  }
}
