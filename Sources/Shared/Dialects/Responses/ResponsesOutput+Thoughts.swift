/// Thoughts as items: several parts of one, and what only their maker can read.
extension ResponsesOutput {
  mutating func take(_ thought: Thought, _ index: Int) -> [Step] {
    let marked = thought.extras[ResponsesItemReader.item]?.object
    let isResponses = thought.maker?.dialect == .responses || marked != nil
    let kind = self.kind(of: thought, index)
    var steps: [Step] = []
    if places[index] == nil || items[places[index]?.item ?? 0].isDone, thought.text.isEmpty {
      steps += beginReasoning(marked, isResponses, index)
    } else if let place = places[index], place.content < 0, !items[place.item].isDone {
      // It began without a text, and has one after all.
      if !thought.text.isEmpty {
        items[place.item].contents.append(ResponsesItem.Content(kind: kind, text: thought.text))
        let content = items[place.item].contents.count - 1
        places[index] = (place.item, content)
        steps = [
          .contentBegan(place.item, content: content),
          .grew(place.item, content: content, by: thought.text),
        ]
      }
    } else {
      steps += grow(
        index, kind, of: .reasoning, by: thought.text, members: marked, isResponses: isResponses)
    }
    guard let place = places[index] else { return steps }
    items[place.item].thoughts = kind
    seal(place.item, thought)
    return steps
  }

  /// What a thought tells of itself stands in its first piece.
  private func kind(of thought: Thought, _ index: Int) -> ResponsesItem.Content.Kind {
    if let member = thought.member { return member == "content" ? .reasoning : .summary }
    return places[index].flatMap { items[$0.item].thoughts } ?? .summary
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
