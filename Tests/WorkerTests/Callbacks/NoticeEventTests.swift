import NIOCore
import Testing

@testable import Shared
@testable import Worker

@Suite("What webhooks are told of limits and budgets")
struct NoticeEventTests {
  private func notice(_ fields: [String: String]) throws -> Notice {
    let usual = [
      "id": "whk_01M8GJTXST0BCDD48A57043528C648B32C25", "at": "1738312502481", "tenant": "search",
      "subject": "t:search:bm", "kind": "spent", "percent": "80", "period": "1735689600000",
      "finish": "1738368000000", "most": "50000000000", "spent": "40012345678",
    ]
    return try #require(Notice(usual.merging(fields) { $1 }))
  }

  private func told(_ fields: [String: String] = [:]) throws -> String {
    String(buffer: NoticeEvent(notice: try notice(fields)).json)
  }

  @Test("a budget is told as it stands in its record, with what is spent and when it is renewed")
  func budget() throws {
    #expect(
      try told()
        == #"{"type":"budget.spent","timestamp":"2025-01-31T08:35:02.481Z","data":{"tenant":"search","#
        + #""scope":"tenant","key":null,"user":null,"#
        + #""message":"Tenant search may spend 50 USD a month, and has spent 80 % of it.","#
        + #""budget":{"usd":50,"per":"month","kind":"hard","model":null},"percent":80,"used":40.012345678,"#
        + #""resets_at":"2025-02-01T00:00:00.000Z"}}"#)
    #expect(try told(["soft": "1"]).contains(#""kind":"soft""#))
    let event = NoticeEvent(notice: try notice([:]))
    #expect(event.id == "msg_01M8GJTXST0BCDD48A57043528C648B32C25")
  }

  @Test("a key's limit is told with its key and since when it refuses, a user's budget with the user")
  func others() throws {
    let limit = try told([
      "kind": "limited", "subject": "k:key_01ABC:rm@openai/gpt-4o", "most": "100", "window": "60000000",
      "user": "anna",
    ])
    #expect(limit.contains(#""type":"limit.reached""#) && limit.contains(#""scope":"key","key":"key_01ABC""#))
    #expect(
      limit.contains(
        #""limit":"100 requests/minute","model":"openai/gpt-4o","refused_since":"2025-01-01T00:00:00.000Z""#))
    let user = try told(["kind": "refused", "subject": "u:search:0123456789abcdef:bd", "user": "anna"])
    #expect(
      user.contains(#""type":"budget.refused""#) && user.contains(#""scope":"user","key":null,"user":"anna""#)
    )
    #expect(
      user.contains(#""message":"A user of tenant search may spend 50 USD a day, and requests are refused"#))
  }

  @Test("what a call carries is read as it was written")
  func call() throws {
    for fields in [[:], ["user": "anna", "window": "7"], ["finish": "none"]] {
      let call = NoticeCall(url: "https://example.com/?token=t", notice: try notice(fields))
      #expect(NoticeTask(call.encoded()) == .call(call))
      #expect(NoticeTask(call.notice.json.serialized()) == .tell(call.notice))
    }
    #expect(NoticeTask(ByteBuffer(string: #"{"url":"https://example.com/"}"#)) == nil)
  }
}
