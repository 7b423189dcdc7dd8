import NIOCore

/// One webhook to be called about a response that has ended.
public struct ResponseCall: Sendable, Hashable {
  /// Of the tenant's record. It may hold a secret, so it is not for logs.
  public let url: String
  public let notice: ResponseNotice
  public let end: ResponseNotice.End

  public init(url: String, notice: ResponseNotice, end: ResponseNotice.End) {
    self.url = url
    self.notice = notice
    self.end = end
  }

  init?(json: JSONValue) {
    guard let url = json["url"]?.string, let notice = json["of"].flatMap(ResponseNotice.init(json:)),
      let end = json["end"]?.string.flatMap(ResponseNotice.End.init)
    else { return nil }
    self.init(url: url, notice: notice, end: end)
  }

  /// The request of its job.
  func encoded() -> ByteBuffer {
    (["url": .string(url), "of": notice.json, "end": .string(end.rawValue)] as JSONValue).serialized()
  }
}
