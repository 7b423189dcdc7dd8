import NIOCore

/// What a job of a notice wants done.
public enum NoticeTask: Sendable, Hashable {
  /// It is to be logged, and a call queued for each webhook that wants it.
  case tell(Notice)
  /// A webhook is to be called.
  case call(NoticeCall)
  /// The same of a response that has ended.
  case tellOfResponse(ResponseNotice)
  case callOfResponse(ResponseCall)

  /// Reads the job's request; nil for anything else.
  public init?(_ request: ByteBuffer) {
    guard let json = try? JSONParser.parse(request) else { return nil }
    if let call = NoticeCall(json: json) {
      self = .call(call)
    } else if let call = ResponseCall(json: json) {
      self = .callOfResponse(call)
    } else if let notice = ResponseNotice(json: json) {
      self = .tellOfResponse(notice)
    } else if let notice = Notice(json: json) {
      self = .tell(notice)
    } else {
      return nil
    }
  }
}
