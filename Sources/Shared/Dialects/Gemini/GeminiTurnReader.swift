import OrderedCollections

/// Reads contents in Gemini's form, one after the other, and finds the call that each result belongs to: by its id, else by
/// its name and the order.
struct GeminiTurnReader {
  private var turns: [Turn] = []
  /// Of the last answer, the calls whose results have not come.
  private var open = GeminiOpenCalls()
  /// How many calls had no id of their own.
  private var unnamed = 0

  mutating func read(_ json: JSONValue) throws(InputFault) {
    guard case .object(let members) = json else { throw InputFault("Input should be an object") }
    let isModel = try isModel(members["role"])
    guard let parts = GeminiMembers.list(members["parts"]) else {
      throw InputFault("Input should be an array of parts", at: .name("parts"))
    }
    guard !parts.isEmpty else {
      throw InputFault("contents.parts must not be empty", at: .name("parts"))
    }
    if isModel { try readAnswer(parts) } else { try readUser(parts) }
  }

  /// Throws when calls have no results.
  func end() throws(InputFault) -> [Turn] {
    guard open.isEmpty else { throw missingResults }
    return turns
  }

  /// Results had a role of their own, `function`.
  private func isModel(_ json: JSONValue?) throws(InputFault) -> Bool {
    switch json {
    case nil, "user", "function", "": return false
    case "model": return true
    default: throw InputFault("Please use a valid role: user, model.", at: .name("role"))
    }
  }

  private var missingResults: InputFault {
    InputFault(
      "Please ensure that the number of function response parts is equal to the number of function call parts "
        + "of the function call turn; there is none for \(open.firstName ?? "")")
  }

  // MARK: - The model

  private mutating func readAnswer(_ parts: [JSONValue]) throws(InputFault) {
    // Clients send back each piece of a stream as a content of its own.
    if turns.last?.role != .assistant {
      guard open.isEmpty else { throw missingResults }
      turns.append(Turn(role: .assistant, parts: []))
    }
    for (index, json) in parts.enumerated() {
      let read: [Part]
      do throws(InputFault) {
        guard case .object(let members) = json else { throw InputFault("Input should be an object") }
        guard members["functionResponse"] == nil else {
          throw InputFault("A function's response is the user's", at: .name("functionResponse"))
        }
        if let call = members["functionCall"] {
          read = [.toolCall(try self.call(call, members))]
        } else {
          read = try GeminiPartReader.parts(members, isModel: true)
        }
      } catch { throw error.inside(.name("parts"), .index(index)) }
      for part in read { append(part, isThought: json["thought"]?.bool == true) }
    }
  }

  /// Texts and thoughts that came in pieces are joined.
  private mutating func append(_ part: Part, isThought: Bool) {
    let turn = turns.count - 1
    // The last piece of a stream may be as little as the client's SDK takes.
    if part.isEmpty, case .text = part, !turns[turn].parts.isEmpty { return }
    switch (turns[turn].parts.last, part) {
    case (.text(let last)?, .text(let piece)) where last.extras.isEmpty && piece.extras.isEmpty: break
    case (.thought(let last)?, .thought(let piece)) where isThought && last.isOpen && piece.goesOn: break
    default: return turns[turn].parts.append(part)
    }
    turns[turn].parts[turns[turn].parts.count - 1].join(part)
  }

  private mutating func call(
    _ json: JSONValue, _ part: JSONObject
  ) throws(InputFault) -> ToolCall {
    guard case .object(let members) = json, let name = members["name"]?.string, !name.isEmpty else {
      throw InputFault("Input should have a name", at: .name("functionCall"))
    }
    guard members["args"].map({ $0.object != nil }) ?? true else {
      throw InputFault("Input should be an object", at: .name("functionCall"), .name("args"))
    }
    var id = members["id"]?.string ?? ""
    if id.isEmpty {
      unnamed += 1
      id = "call_\(unnamed)"
    }
    var call = ToolCall(
      id: id, name: name, arguments: (members["args"] ?? [:]).description,
      extras: members.without("id", "name", "args"))
    let others = part.without("functionCall", "thoughtSignature")
    if !others.isEmpty { call.extras["part"] = .object(others) }
    if let signature = part["thoughtSignature"]?.string, !signature.isEmpty {
      (call.signature, call.maker) = GeminiMark.signature(signature)
    }
    open.append(call)
    return call
  }

  // MARK: - The user

  private mutating func readUser(_ parts: [JSONValue]) throws(InputFault) {
    var said: [Part] = []
    for (index, json) in parts.enumerated() {
      do throws(InputFault) {
        guard case .object(let members) = json else { throw InputFault("Input should be an object") }
        guard members["functionCall"] == nil else {
          throw InputFault("A function call is the model's", at: .name("functionCall"))
        }
        if let result = members["functionResponse"] {
          turns.append(Turn(role: .tool, parts: [.toolResult(try self.result(result))]))
        } else {
          said += try GeminiPartReader.parts(members, isModel: false)
        }
      } catch { throw error.inside(.name("parts"), .index(index)) }
    }
    guard !said.isEmpty else { return }
    guard open.isEmpty else { throw missingResults }
    turns.append(Turn(role: .user, parts: said))
  }

  private mutating func result(_ json: JSONValue) throws(InputFault) -> ToolResult {
    guard case .object(let members) = json, let name = members["name"]?.string, !name.isEmpty else {
      throw InputFault("Input should have a name", at: .name("functionResponse"))
    }
    guard let response = members["response"]?.object else {
      throw InputFault("Input should be an object", at: .name("functionResponse"), .name("response"))
    }
    let id = members["id"]?.string ?? ""
    guard let call = open.take(id: id, name: name) else {
      throw InputFault(
        "Please ensure that function response turn comes immediately after a function call turn; there is no call "
          + "of \(name.prefix(64)) that it answers", at: .name("functionResponse"))
    }
    var parts: [Part] = [.text(JSONValue.object(response).description)]
    for (number, part) in (members["parts"]?.array ?? []).enumerated() {
      do throws(InputFault) {
        parts += try GeminiPartReader.parts(part.object ?? [:], isModel: false)
      } catch { throw error.inside(.name("functionResponse"), .name("parts"), .index(number)) }
    }
    return ToolResult(
      callID: call.id, parts: parts, isError: response["error"] != nil && response["output"] == nil,
      extras: members.without("id", "name", "response", "parts"))
  }
}

extension Thought {
  /// A signature ends its thought: two of them joined would be none.
  fileprivate var isOpen: Bool { signature == nil && sealed == nil && maker == nil }

  /// A sealed thought is one of its own; but Responses' has a text that can be read, which is told before it is sealed.
  fileprivate var goesOn: Bool { sealed == nil || (text.isEmpty && maker?.dialect == .responses) }
}
