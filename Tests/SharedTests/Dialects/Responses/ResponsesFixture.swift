import OrderedCollections
import TestSupport
import Testing

@testable import Shared

/// Requests and answers in Responses' form as tests want them.
enum ResponsesFixture {
  /// What a client asks: `members` beside the input.
  static func asked(_ input: JSONValue = "Hi", _ members: JSONObject = [:]) throws -> Conversation {
    let read = ResponsesInput(input)
    #expect(read.faults == [])
    let (instructions, _) = ResponsesInput.instructions(members["instructions"] ?? "")
    return ResponsesRequestReader.conversation(model: "default", read, instructions: instructions, members)
  }

  static let object = ResponsesObject(id: "resp_1", created: 7, model: "m", request: [:])

  static func writer(tools: [Tool] = []) -> ResponsesAnswerWriter {
    ResponsesAnswerWriter(object, names: ToolNames(of: tools), token: "x")
  }

  /// What a client reads that is told these pieces.
  static func streamed(_ deltas: [AnswerDelta], _ reason: FinishReason? = .stop, tools: [Tool] = [])
    throws -> [(name: String, json: JSONValue)]
  {
    var writer = writer(tools: tools)
    var events = writer.begin(model: nil)
    for delta in deltas { events += writer.write(delta) }
    events += writer.end(reason, usage: .zero, completed: 9)
    return try events.map { ($0.name, try JSONParser.parse($0.data)) }
  }

  static func whole(_ answer: Answer, tools: [Tool] = []) -> JSONValue {
    var writer = writer(tools: tools)
    return .object(writer.whole(answer, usage: .zero, completed: 9))
  }
}
