import AsyncHTTPClient
import Shared

/// A request as one target gets it. A class, since it is large and handed from step to step.
final class TargetCall: Sendable {
  let request: JobRequest
  let target: Target
  let key: ProviderKey?
  /// What circuits and quotas know the target by.
  let subject: Target
  let endpoint: ProviderEndpoint
  let http: HTTPClient.Request
  let dropped: [String]
  let firstByte: FirstByte?
  let isLast: Bool
  let bytes: AnswerBytes?

  init(
    _ request: JobRequest, _ target: Target, _ key: ProviderKey?, _ endpoint: ProviderEndpoint,
    _ http: (HTTPClient.Request, dropped: [String]), _ firstByte: FirstByte?, isLast: Bool,
    _ bytes: AnswerBytes?
  ) {
    self.request = request
    self.target = target
    self.key = key
    subject = key?.subject(of: target) ?? target
    self.endpoint = endpoint
    (self.http, dropped) = http
    self.firstByte = firstByte
    self.isLast = isLast
    self.bytes = bytes
  }

  /// A request of it, with the trace that it is in where the provider is to be told of that.
  func told(_ http: HTTPClient.Request, _ span: AttemptSpan?) -> HTTPClient.Request {
    guard endpoint.takesTrace, let trace = span?.trace ?? JobTracing.current?.trace.context else {
      return http
    }
    var http = http
    http.headers.add(trace)
    return http
  }
}
