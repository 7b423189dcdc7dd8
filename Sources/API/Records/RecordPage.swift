import HTTPTypes
import NIOCore
import Shared

/// One page of a list of records: `{"data": […], "next": "…" or null}`.
enum RecordPage {
  static let limits = 1...1000
  static let usual = 100

  /// `more` are further members.
  static func reply(_ records: [JSONValue], next: String?, _ more: JSONObject = [:]) -> Reply {
    var page: JSONObject = ["data": .array(records), "next": next.map(JSONValue.string) ?? .null]
    for (name, value) in more { page[name] = value }
    return Reply(.ok, json: JSONValue.object(page).serialized())
  }
}

extension Call {
  /// How many records a page shall have: `limit`, from 1 to 1000.
  func recordPageSize() throws(Problem) -> Int {
    guard let text = query("limit") else { return RecordPage.usual }
    guard let size = Int(text), RecordPage.limits.contains(size) else {
      throw Self.invalid("query", "limit", "Input should be a whole number from 1 to 1000")
    }
    return size
  }

  /// Where the page begins, as the page before it said; nil at the start.
  func recordCursor(_ isGood: (String) -> Bool) throws(Problem) -> String? {
    guard let text = query("cursor") else { return nil }
    guard isGood(text) else {
      throw Self.invalid("query", "cursor", "Input should be the `next` of a page")
    }
    return text
  }

  /// A query parameter that is `true` or `false`; false without it.
  func flag(_ name: String) throws(Problem) -> Bool {
    switch query(name) {
    case nil, "false": return false
    case "true", "": return true
    default: throw Self.invalid("query", name, "Input should be true or false")
    }
  }
}

extension Reply {
  /// A record as it is now, with its ETag.
  static func record(
    _ json: JSONValue, epoch: Int, _ status: HTTPResponse.Status = .ok, at path: String? = nil
  ) -> Reply {
    var reply = Reply(status, json: json.serialized(), headers: [.eTag: EntityTag.text(epoch)])
    reply.headers[.location] = path
    // An answer may hold a key.
    reply.headers[.cacheControl] = "no-store"
    return reply
  }
}
