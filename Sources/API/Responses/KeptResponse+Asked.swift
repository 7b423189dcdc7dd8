import NIOCore
import Shared

extension KeptResponse {
  /// The members of the request, as they were sent.
  var members: JSONObject { (try? JSONParser.parse(asked, of: .own))?.object ?? [:] }

  /// What writes the response. `members` are ``members``, which take their time to read.
  func writer(_ members: JSONObject) -> ResponsesWriter {
    ResponsesWriter(asked: members, model: job.model)
  }

  /// What the client asked, and what it was answered, as items that a later request may have in its input.
  func items() -> (input: [JSONValue], output: [JSONValue]) {
    let members = members
    let response = writer(members).response(JobResource(job))
    return (ResponseItems.list(members["input"]), response["output"]?.array ?? [])
  }
}

extension ResponsesWriter {
  /// What writes the response that was asked so. `model` is named where `members` name none.
  init(asked members: JSONObject, model: String) {
    let model = members["model"]?.string ?? model
    let conversation = ResponsesRequestReader.conversation(
      model: model, ResponsesInput(members["input"] ?? .null), members)
    self.init(model: model, request: members, names: ToolNames(of: conversation.toolsInAll))
  }
}
