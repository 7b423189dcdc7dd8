import NIOCore

/// One webhook to be called about a notice.
public struct NoticeCall: Sendable, Hashable {
  /// Of the tenant's record. It may hold a secret, so it is not for logs.
  public let url: String
  public let notice: Notice

  public init(url: String, notice: Notice) {
    self.url = url
    self.notice = notice
  }

  init?(json: JSONValue) {
    guard let url = json["url"]?.string, let notice = json["notice"].flatMap(Notice.init(json:)) else {
      return nil
    }
    self.init(url: url, notice: notice)
  }

  /// The request of its job.
  func encoded() -> ByteBuffer { (["url": .string(url), "notice": notice.json] as JSONValue).serialized() }
}
