import NIOCore
import Shared

extension AnthropicDialect {
  /// https://docs.anthropic.com/en/docs/build-with-claude/streaming
  func events(_ call: ChatCall, _ answer: Answer) -> [ByteBuffer] {
    var start = message(call, answer, [])
    if let usage = answer.usage { start["usage"] = .object(self.usage(usage, output: 1)) }
    var events: [JSONObject] = [["type": "message_start", "message": .object(start)]]
    var blocks: [[JSONObject]] = []
    if let thought = call.thought { blocks.append(thoughtBlock(thought, answer)) }
    if !answer.text.isEmpty { blocks.append(textBlock(answer, block: blocks.count)) }
    for index in answer.toolCalls.indices { blocks.append(callBlock(answer, index, block: blocks.count)) }
    events += blocks.joined()
    // There is one early on, and others whenever it takes long.
    events.insert(["type": "ping"], at: min(2, events.count))
    return (events + closing(answer)).map(ServerSentEvent.named)
  }

  private func thoughtBlock(_ thought: String, _ answer: Answer) -> [JSONObject] {
    let start: JSONObject = [
      "type": "content_block_start", "index": 0,
      "content_block": ["type": "thinking", "thinking": "", "signature": ""],
    ]
    let told =
      thought.isEmpty ? [] : [delta(0, ["type": "thinking_delta", "thinking": .string(thought)])]
    let signature = JSONValue.string(AnthropicThought.signature(answer.id))
    return [start] + told + [
      delta(0, ["type": "signature_delta", "signature": signature]),
      ["type": "content_block_stop", "index": 0],
    ]
  }

  private func textBlock(_ answer: Answer, block: Int) -> [JSONObject] {
    let number = JSONValue.integer(Int64(block))
    let start: JSONObject = [
      "type": "content_block_start", "index": number, "content_block": ["type": "text", "text": ""],
    ]
    let deltas = answer.pieces.map { piece in
      delta(block, ["type": "text_delta", "text": .string(piece)])
    }
    return [start] + deltas + [["type": "content_block_stop", "index": number]]
  }

  private func callBlock(_ answer: Answer, _ index: Int, block: Int) -> [JSONObject] {
    let number = JSONValue.integer(Int64(block))
    let start: JSONObject = [
      "type": "content_block_start", "index": number, "content_block": toolUse(answer, index, input: [:]),
    ]
    // The real one begins with an empty fragment, too.
    let deltas = ([""] + answer.toolCalls[index].argumentFragments).map { fragment in
      delta(block, ["type": "input_json_delta", "partial_json": .string(fragment)])
    }
    return [start] + deltas + [["type": "content_block_stop", "index": number]]
  }

  private func delta(_ block: Int, _ delta: JSONValue) -> JSONObject {
    ["type": "content_block_delta", "index": .integer(Int64(block)), "delta": delta]
  }

  private func closing(_ answer: Answer) -> [JSONObject] {
    let stop: JSONObject = ["type": "message_stop"]
    if answer.finish == .none { return [stop] }
    var delta: JSONObject = [
      "type": "message_delta",
      "delta": ["stop_reason": stopReason(answer), "stop_sequence": stopSequence(answer)],
    ]
    if let usage = answer.usage { delta["usage"] = ["output_tokens": .integer(Int64(usage.completion))] }
    return [delta, stop]
  }

  /// The end of the last block says that it is whole, so it counts as well.
  func terminalEventCount(_ call: ChatCall, _ answer: Answer) -> Int {
    closing(answer).count + (answer.text.isEmpty && answer.toolCalls.isEmpty ? 0 : 1)
  }

  func errorEvent(_ call: ChatCall, _ answer: Answer, _ error: JSONValue) -> ByteBuffer {
    ServerSentEvent.named(error.object ?? [:])
  }
}
