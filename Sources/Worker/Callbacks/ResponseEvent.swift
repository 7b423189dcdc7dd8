import NIOCore
import Shared

/// What a webhook is told of a response that has ended, in the form of OpenAI's webhooks
/// (https://platform.openai.com/docs/guides/webhooks).
struct ResponseEvent: Sendable {
  let notice: ResponseNotice
  let end: ResponseNotice.End

  /// The event's id, by which a receiver knows a second delivery: the same for every attempt and every receiver.
  var id: String { "evt_\(ResponseID.token(of: notice.job))_\(notice.at)" }

  /// The same bytes whenever the same is told.
  var json: ByteBuffer {
    let body: JSONValue = [
      "id": .string(id), "object": "event", "created_at": .integer(notice.at / 1000),
      "type": .string(end.event), "data": ["id": .string(ResponseID.text(of: notice.job))],
    ]
    return body.serialized()
  }
}
