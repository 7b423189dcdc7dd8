import AsyncHTTPClient

/// Where spans are sent.
struct OTLPEndpoint: Sendable {
  let url: String

  /// `general` is of all signals, `traces` of traces alone. Nil where neither is set.
  init?(general: String?, traces: String?) {
    if let traces {
      url = traces
    } else if let general {
      url = (general.hasSuffix("/") ? String(general.dropLast()) : general) + "/v1/traces"
    } else {
      return nil
    }
  }

  /// For logs: a path or query may hold a secret.
  var host: String {
    guard let request = try? HTTPClient.Request(url: url) else { return "" }
    return "\(request.host):\(request.port)"
  }

  static func isAllowed(_ text: String) -> Bool {
    let lowercased = text.lowercased()
    guard lowercased.hasPrefix("http://") || lowercased.hasPrefix("https://") else { return false }
    guard !text.contains("@"), let request = try? HTTPClient.Request(url: text) else { return false }
    return (1...65_535).contains(request.port)
  }

  /// RFC 9110, sections 5.1 and 5.5.
  static func isHeader(_ name: String, _ value: String) -> Bool {
    let isToken = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    return !name.isEmpty && isToken && HeaderText.isPrintable(value)
  }
}
