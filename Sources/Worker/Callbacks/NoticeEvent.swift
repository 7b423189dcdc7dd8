import NIOCore
import Shared

/// What a webhook is told of a limit or budget.
struct NoticeEvent: Sendable {
  let notice: Notice

  /// Such as `budget.spent`.
  var type: String { notice.kind.event }

  /// The event's id, by which a receiver knows a second delivery: the same for every attempt and every receiver.
  var id: String { "msg_\(notice.id.rawValue.dropFirst("whk_".count))" }

  /// The same bytes whenever the same is told.
  var json: ByteBuffer {
    let body: JSONValue = [
      "type": .string(type), "timestamp": .string(Timestamp.format(unixMilliseconds: notice.at)),
      "data": .object(data),
    ]
    return body.serialized()
  }

  private var data: JSONObject {
    var data: JSONObject = [
      "tenant": .string(notice.tenant), "scope": .string(notice.scope.rawValue),
      "key": notice.key.map(JSONValue.string) ?? .null, "user": notice.user.map(JSONValue.string) ?? .null,
      "message": .string(notice.sentence.prefix(1).uppercased() + notice.sentence.dropFirst() + "."),
    ]
    if notice.kind == .limited {
      data["limit"] = .string(notice.limit?.description ?? notice.subject)
      data["model"] = notice.limit?.model.map(JSONValue.string) ?? .null
      data["refused_since"] = .string(Timestamp.format(unixMilliseconds: notice.period))
    } else {
      var budget = notice.budget?.json.object ?? [:]
      budget["model"] = budget["model"] ?? .null
      data["budget"] = .object(budget)
      data["percent"] = .integer(Int64(notice.percent))
      let spent = NanoDollars(rawValue: notice.spent)
      data["used"] = .double(Double(spent.description) ?? spent.dollars)
      data["resets_at"] = notice.finish.map { .string(Timestamp.format(unixMilliseconds: $0)) } ?? .null
    }
    return data
  }
}
