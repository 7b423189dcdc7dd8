/// A bound on how much a tenant, user or key may ask, in the words of the providers' quotas: `100 requests/minute`,
/// `50000 tokens/day`, `5 running`, `1000 queued`, `64 MiB queued`.
public struct Limit: Sendable, Hashable {
  /// What it counts.
  public enum Measure: Sendable, Hashable {
    /// N at once, grown back evenly within the window.
    case requests(RateLimit.Window)
    case tokens(RateLimit.Window)
    /// Jobs at once: what is over it waits.
    case running
    /// Jobs that have not ended: what is over it is refused.
    case queued
    /// Bytes of their requests: what is over it is refused.
    case queuedBytes
  }

  /// At least 1.
  public let most: Int
  public let measure: Measure
  /// The name asked for, or a pattern of names, which it counts alone; nil for all.
  public let model: String?

  public init(_ most: Int, _ measure: Measure, model: String? = nil) {
    self.most = most
    self.measure = measure
    self.model = model
  }
}

extension Limit.Measure {
  /// The most that a limit can be. Requests grow back in whole microseconds; sums of the others stay exact in Lua.
  public var highest: Int {
    switch self {
    case .requests(let window): min(1_000_000_000, window.seconds * 1_000_000)
    case .tokens: 1_000_000_000_000
    case .running, .queued: 1_000_000_000
    case .queuedBytes: 1 << 40
    }
  }

  /// In the name of its counter: unlike for any two measures.
  var code: String {
    switch self {
    case .requests(let window): "r" + window.rawValue.prefix(1)
    case .tokens(let window): "t" + window.rawValue.prefix(1)
    case .running: "n"
    case .queued: "q"
    case .queuedBytes: "qb"
    }
  }
}

extension Limit: CustomStringConvertible {
  private static let sizes: [(name: String, bytes: Int)] = [
    ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
  ]

  /// As it is written, without its model.
  public var description: String {
    switch measure {
    case .requests(let window): "\(most) requests/\(window.rawValue)"
    case .tokens(let window): "\(most) tokens/\(window.rawValue)"
    case .running: "\(most) running"
    case .queued: "\(most) queued"
    case .queuedBytes: "\(Self.size(most)) queued"
    }
  }

  /// The greatest unit that says it in a whole number.
  static func size(_ bytes: Int) -> String {
    let unit = sizes.first { bytes.isMultiple(of: $0.bytes) }
    return unit.map { "\(bytes / $0.bytes) \($0.name)" } ?? "\(bytes) bytes"
  }

  /// What may be done, such as `ask 100 requests a minute`.
  public var allowance: String {
    let what =
      switch measure {
      case .requests(let window): "ask \(most) \(most == 1 ? "request" : "requests") \(window.article)"
      case .tokens(let window): "use \(most) \(most == 1 ? "token" : "tokens") \(window.article)"
      case .running: "have \(most) \(most == 1 ? "job" : "jobs") running"
      case .queued: "have \(most) \(most == 1 ? "job" : "jobs") queued"
      case .queuedBytes: "have \(Self.size(most)) queued"
      }
    return model.map { "\(what) of \(ClientText.cut($0))" } ?? what
  }

  // MARK: - Reading

  static let forms =
    #""100 requests/minute", "50000 tokens/day" (of a second, minute, hour or day), "5 running", "1000 queued" or "#
    + #""64 MiB queued""#

  /// Reads what ``description`` writes; a single request or token may be said in the singular.
  public init(parsing text: String, model: String? = nil) throws(RecordFault) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let isNumber = words[0].utf8.allSatisfy { (0x30...0x39).contains($0) } && !words[0].isEmpty
    guard isNumber, let (measure, unit) = Self.measure(words.dropFirst()) else {
      throw .value("\(ClientText.quoted(text)) is no limit; write such as \(Self.forms)")
    }
    let (most, overflows) = (Int(words[0]) ?? .max).multipliedReportingOverflow(by: unit)
    guard most != 0 else {
      throw .value("a limit is at least 1, not 0; what may not be asked at all is left out of \"models\"")
    }
    guard !overflows, most <= measure.highest else {
      throw .value("\(ClientText.quoted(text)) is too much; the most is \(Limit(measure.highest, measure))")
    }
    self.init(most, measure, model: model == "*" ? nil : model)
  }

  private static func measure(_ words: ArraySlice<String>) -> (Measure, unit: Int)? {
    switch Array(words) {
    case ["running"]: return (.running, 1)
    case ["queued"]: return (.queued, 1)
    case let words where words.count == 2 && words[1] == "queued":
      return sizes.first { $0.name == words[0] }.map { (.queuedBytes, $0.bytes) }
    case let words where words.count == 1:
      let parts = words[0].split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, let window = RateLimit.Window(rawValue: String(parts[1])) else { return nil }
      switch parts[0] {
      case "requests", "request": return (.requests(window), 1)
      case "tokens", "token": return (.tokens(window), 1)
      default: return nil
      }
    default: return nil
    }
  }
}

extension RateLimit.Window {
  /// `a minute`.
  var article: String { self == .hour ? "an hour" : "a \(rawValue)" }
}

extension Limit {
  /// Reads a text, or an object with `limit` and `model`.
  public init(json: JSONValue) throws(RecordFault) {
    switch json {
    case .string(let text): try self.init(parsing: text)
    case .object(let members):
      let model = try MemberRules.model(in: members, besides: ["limit"])
      guard let value = members["limit"] else {
        throw RecordFault(.missing, "a limit is needed, such as \(Self.forms)", at: [.name("limit")])
      }
      guard case .string(let text) = value else {
        throw RecordFault(.notText, "a limit is a text such as \(Self.forms)", at: [.name("limit")])
      }
      do { try self.init(parsing: text, model: model) } catch { throw error.under(.name("limit")) }
    default:
      throw RecordFault(
        .notText, "a limit is a text such as \(Self.forms), or an object with \"limit\" and \"model\"")
    }
  }

  public var json: JSONValue {
    guard let model else { return .string(description) }
    return ["limit": .string(description), "model": .string(model)]
  }
}
