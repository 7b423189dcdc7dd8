import OrderedCollections

extension Answer {
  /// Reads what versions before stored: a text and a message in OpenAI's form.
  init(text: String, message: JSONObject, logprobs: JSONObject) {
    self.init()
    var reader = ChatChoiceReader(choice: 0, maker: "", isWhole: true)
    var events: [AnswerEvent] = []
    var members = message
    if !text.isEmpty { members["content"] = .string(text) }
    reader.read(logprobs.isEmpty ? [:] : ["logprobs": .object(logprobs)], message: members, into: &events)
    for event in events { apply(event) }
  }

  /// The message in OpenAI's form, without role and content; as clients of the native routes see what is no text.
  var chatMessage: JSONObject {
    var message = ChatDeltaWriter.whole(choices[0]).message
    message["content"] = nil
    return message
  }
}
