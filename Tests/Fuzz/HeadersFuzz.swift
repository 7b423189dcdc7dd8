import NIOHTTP1
import Shared

@testable import API
@testable import Worker

/// Whatever headers and parameters say, a time to wait is within its bounds.
enum HeadersFuzz {
  private static let names = [
    "retry-after", "retry-after-ms", "date", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-requests", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens",
    "x-ratelimit-reset-tokens", "anthropic-ratelimit-requests-limit",
    "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset",
  ]

  /// Each line of the input is a value, of the header that its first byte names.
  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    var headers = HTTPHeaders()
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let first = line.first else { continue }
      let value = String(decoding: line.dropFirst(), as: UTF8.self)
      headers.add(name: names[Int(first) % names.count], value: value)
      readAsClients(value)
    }
    if let wait = ResetTime.stated(in: headers) { check(wait) }
    for stated in StatedQuota.stated(in: headers) {
      check(stated.resetsIn)
      require(stated.left >= 0 && stated.left <= stated.limit, "\(stated.left) of \(stated.limit) are left")
    }
  }

  private static func check(_ wait: Duration) {
    require(wait >= .zero && wait <= ResetTime.longest, "a wait of \(wait)")
  }

  private static func readAsClients(_ value: String) {
    let waits = [
      try? WaitPreference.read(query: value, prefer: nil),
      try? WaitPreference.read(query: nil, prefer: value),
    ]
    for case let wait?? in waits {
      require(wait >= .zero && wait <= .seconds(WaitPreference.limit), "a client's wait of \(wait)")
    }
    readAsTrace(value)
    if let id = JobID(rawValue: value) { require(id.rawValue == value, "an id changed") }
    if let url = try? CallbackURL(value, under: CallbackPolicy()) {
      require(!url.text.isEmpty, "a callback URL is empty")
    }
  }

  /// A client's trace stands in lines before its job's request.
  private static func readAsTrace(_ value: String) {
    if let context = TraceContext(traceparent: value) {
      require(TraceContext(traceparent: context.traceparent) == context, "a trace changed")
    }
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    let context = TraceContext(traceparents: [parent], states: [value], baggage: [value, value])
    for text in [context?.state, context?.baggage] {
      guard let text else { return require(false, "a trace is lost") }
      require(
        !text.contains("\n") && text.utf8.count <= 8192, "what is carried along is \(text.utf8.count) bytes")
    }
  }
}
