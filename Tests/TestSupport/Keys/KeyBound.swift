/// A limit or budget as its record says it, and the name of its counter, worked out here and not by what is under test.
public struct KeyBound: Sendable, Hashable {
  public enum Measure: Sendable, Hashable {
    case requests, tokens, running, queued, queuedBytes, hardBudget, softBudget
  }

  /// What the counter's name ends in behind its kind, such as `t:search:rm`.
  public let subject: String
  /// As a refusal says it: `tenant`, `user` or `key`.
  public let scope: String
  /// As a refusal says it, such as `5 running` or `0.5/day`.
  public let text: String
  public let measure: Measure
  /// Requests, tokens, jobs, bytes or nano-dollars.
  public var most: Int64
  /// Microseconds; 0 for what has no window.
  public let window: Int64

  /// The field of the hash `held` that counts it.
  public var field: String {
    switch measure {
    case .requests, .tokens: "l:" + subject
    case .running: "n:" + subject
    case .queued, .queuedBytes: "q:" + subject
    case .hardBudget, .softBudget: "s:" + subject
    }
  }

  private static let windows: [String: Int64] = [
    "second": 1_000_000, "minute": 60_000_000, "hour": 3_600_000_000, "day": 86_400_000_000,
  ]

  /// - Parameter text: `30 requests/second`, `900 tokens/minute`, `5 running`, `20 queued` or `2 KiB queued`.
  public init(limit text: String, of owner: String, scope: String, model: String? = nil) {
    let words = text.split(separator: " ").map(String.init)
    let unit = words[1].split(separator: "/").map(String.init)
    let window = unit.count == 2 ? Self.windows[unit[1]] ?? 0 : 0
    let letter = unit.last?.prefix(1) ?? ""
    let (measure, code): (Measure, String) =
      switch unit[0] {
      case "requests": (.requests, "r\(letter)")
      case "tokens": (.tokens, "t\(letter)")
      case "running": (.running, "n")
      case "queued": (.queued, "q")
      default: (.queuedBytes, "qb")
      }
    let most = (Int64(words[0]) ?? 0) * (measure == .queuedBytes ? 1024 : 1)
    self.init(owner, code, model, scope, text, measure, most, window)
  }

  /// - Parameters:
  ///   - nanos: the most, in nano-dollars.
  ///   - period: `day` or `life`.
  public init(
    budget nanos: Int64, per period: String, isHard: Bool = true, of owner: String, scope: String
  ) {
    // As plain dollars are written, without zeros at the end.
    let digits = String(1_000_000_000 + nanos % 1_000_000_000).dropFirst()
    let fraction = String(digits).replacing(#/0+$/#, with: "")
    let dollars = "\(nanos / 1_000_000_000)" + (fraction.isEmpty ? "" : ".\(fraction)")
    self.init(
      owner, (isHard ? "b" : "s") + period.prefix(1), nil, scope, "\(dollars)/\(period)",
      isHard ? .hardBudget : .softBudget, nanos, 0)
  }

  private init(
    _ owner: String, _ code: String, _ model: String?, _ scope: String, _ text: String, _ measure: Measure,
    _ most: Int64, _ window: Int64
  ) {
    subject = "\(owner):\(code)" + (model.map { "@\($0)" } ?? "")
    self.scope = scope
    self.text = text
    self.measure = measure
    self.most = most
    self.window = window
  }

  /// Microseconds in which one request grows back.
  public var interval: Int64 { window / max(most, 1) }

  /// How far (microseconds) the arrival time may lie ahead.
  public var capacity: Int64 { measure == .tokens ? window : interval * most }

  /// How far (microseconds) so many push it.
  public func cost(_ amount: Int64) -> Int64 {
    measure == .tokens ? (amount * window + most - 1) / most : amount * interval
  }

  /// The same with another number of requests or tokens: what a wrong one would be.
  public func off(by difference: Int64) -> KeyBound {
    var bound = self
    bound.most += difference
    return bound
  }
}
