import NIOCore
import NIOHTTP1
import Testing

@testable import Shared

@Suite("What follows from a collector's answer")
struct ExportReplyTests {
  private func reply(_ status: Int, _ headers: HTTPHeaders = [:], _ body: String? = "") -> ExportReply {
    ExportReply(status: status, headers: headers, body: body.map { ByteBuffer(string: $0) })
  }

  @Test("a success may be one in part, in either form")
  func partial() {
    #expect(reply(200) == .taken(rejected: 0, message: nil))
    #expect(reply(200, ["content-type": "application/json"], "{}") == .taken(rejected: 0, message: nil))
    let json = #"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}"#
    #expect(
      reply(200, ["content-type": "application/json; charset=utf-8"], json)
        == .taken(rejected: 3, message: "too old"))
    let protobuf: [UInt8] = [0x0A, 0x0B, 0x08, 0x03, 0x12, 0x07] + Array("too old".utf8)
    let answer = ExportReply(
      status: 200, headers: ["content-type": "application/x-protobuf"], body: ByteBuffer(bytes: protobuf))
    #expect(answer == .taken(rejected: 3, message: "too old"))
  }

  @Test(
    "bytes that are no answer do no harm",
    arguments: [[0x0A, 0xFF, 0xFF], [0x0A], [0x80, 0x80], [0x0F, 1]] as [[UInt8]])
  func nonsense(bytes: [UInt8]) {
    let answer = ExportReply(
      status: 200, headers: ["content-type": "application/x-protobuf"], body: ByteBuffer(bytes: bytes))
    #expect(answer == .taken(rejected: 0, message: nil))
  }

  @Test("only four statuses ask for another try, and say when", arguments: [429, 502, 503, 504])
  func later(status: Int) {
    func wait(_ headers: HTTPHeaders) -> Duration? {
      guard case .later(_, let retryAfter) = reply(status, headers) else { return .seconds(-1) }
      return retryAfter
    }
    #expect(wait([:]) == nil && wait(["retry-after": "7"]) == .seconds(7))
    #expect(wait(["retry-after": "99999999999999999999"]) == ExportReply.longestWait)
    let date = ["date": "Sun, 06 Nov 1994 08:49:37 GMT", "retry-after": "Sun, 06 Nov 1994 08:49:47 GMT"]
    #expect(wait(HTTPHeaders(date.map { ($0.key, $0.value) })) == .seconds(10))
    #expect(wait(["retry-after": "soon"]) == nil)
  }

  @Test(
    "all else is final: other errors, redirects, pages, and more than can be read",
    arguments: [301, 400, 401, 404, 413, 500])
  func refused(status: Int) {
    guard case .refused = reply(status) else {
      Issue.record("\(status) is not final")
      return
    }
    guard case .refused = reply(200, ["content-type": "text/html"], "<html>"),
      case .refused = reply(200, [:], nil)
    else {
      Issue.record("a page is taken for an answer")
      return
    }
  }

  @Test("tries are further and further apart, and never sooner than the collector says")
  func backoff() {
    let delays = (1...8).map { ExportBackoff.delay(afterTry: $0, retryAfter: nil, chance: 1) }
    #expect(delays == [1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
    #expect(ExportBackoff.delay(afterTry: 1, retryAfter: nil, chance: 0) == .milliseconds(500))
    #expect(ExportBackoff.delay(afterTry: 1, retryAfter: .seconds(9), chance: 0) == .seconds(9))
  }
}
