import NIOCore
import Shared

extension KeptResponse {
  /// The members of the request, as they were sent.
  var members: JSONObject { (try? JSONParser.parse(asked))?.object ?? [:] }

  /// What writes the response. `members` are ``members``, which take their time to read.
  func writer(_ members: JSONObject) -> ResponsesWriter {
    let model = members["model"]?.string ?? job.model
    let conversation = ResponsesRequestReader.conversation(
      model: model, ResponsesInput(members["input"] ?? .null), members)
    return ResponsesWriter(model: model, request: members, names: ToolNames(of: conversation.toolsInAll))
  }

  /// What the client asked, and what it was answered, as items that a later request may have in its input.
  func items() -> (input: [JSONValue], output: [JSONValue]) {
    let members = members
    let response = writer(members).response(JobResource(job))
    return (ResponseItems.list(members["input"]), response["output"]?.array ?? [])
  }
}
