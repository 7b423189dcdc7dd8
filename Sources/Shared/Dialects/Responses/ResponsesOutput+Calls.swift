import OrderedCollections

/// Calls, and items that come whole.
extension ResponsesOutput {
  mutating func take(_ piece: ToolCall, _ index: Int) -> [Step] {
    if let place = places[index] {
      guard !items[place.item].isDone, case .call(var call) = items[place.item].kind else { return [] }
      // Let go of first, or the arguments so far would be copied with each piece.
      items[place.item].kind = .message
      call.arguments += piece.arguments
      items[place.item].kind = .call(call)
      // One that comes late stands behind its call.
      if let signature = piece.signature {
        let maker = piece.maker ?? call.maker
        hidden[index] = .toolCall(
          ToolCall(id: call.id, name: call.name, arguments: "", signature: signature, maker: maker))
      }
      if items[place.item].isInputWrapped || piece.arguments.isEmpty { return [] }
      return [.grew(place.item, content: 0, by: piece.arguments)]
    }
    var call = piece
    if var known = unnamed[index] {
      known.join(piece)
      call = known
    }
    unnamed[index] = call
    return call.name.isEmpty ? [] : begin(call, index)
  }

  mutating func begin(_ call: ToolCall, _ index: Int) -> [Step] {
    unnamed[index] = nil
    var steps = makeWay()
    if call.signature != nil {
      var sealed = ResponsesItem(.reasoning)
      sealed.sealed = .toolCall(call)
      steps += whole(sealed)
    }
    var call = call
    if call.id.isEmpty { call.id = ToolCallID.new() }
    let known = call.kind == .function && call.namespace == nil ? names.tool(told: call.name) : nil
    if let known {
      call.name = known.name
      call.namespace = known.namespace
      if known.isCustom { call.kind = .custom }
    }
    var item = ResponsesItem(.call(call))
    // Words of another dialect are nobody's here, and would go on to another provider with what its client sends back.
    if call.maker.map({ $0.dialect == .responses }) ?? true { item.members = call.extras }
    item.isInputWrapped = known?.isCustom ?? false
    items.append(item)
    let place = items.count - 1
    places[index] = (place, 0)
    steps.append(.began(place))
    if !call.arguments.isEmpty, !item.isInputWrapped {
      steps.append(.grew(place, content: 0, by: call.arguments))
    }
    return steps
  }

  // MARK: - Items that come whole

  mutating func take(_ opaque: OpaquePart, _ index: Int) -> [Step] {
    guard opaque.dialect != .responses else {
      guard opaque.name == ResponsesPartReader.content else {
        return whole(ResponsesItem(.opaque(opaque.members)))
      }
      let steps = grow(index, .opaque, of: .message, by: "")
      if let place = places[index] { items[place.item].contents[place.content].members = opaque.members }
      return steps
    }
    let known = hidden[index] ?? .opaque(OpaquePart(name: opaque.name, members: [:], dialect: opaque.dialect))
    guard case .opaque(var part) = known else { return [] }
    part.join(opaque)
    part.maker = part.maker ?? opaque.maker
    hidden[index] = .opaque(part)
    return []
  }

  mutating func whole(_ item: ResponsesItem) -> [Step] {
    let steps = makeWay()
    items.append(item)
    return steps + [.began(items.count - 1)] + close(items.count - 1)
  }

  mutating func tellHidden() -> [Step] {
    let parts = hidden.values
    hidden = [:]
    return parts.flatMap { part -> [Step] in
      var item = ResponsesItem(.reasoning)
      item.sealed = part
      items.append(item)
      return [.began(items.count - 1)] + close(items.count - 1)
    }
  }
}
