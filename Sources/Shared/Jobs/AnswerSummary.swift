public import NIOCore

/// What log lines tell of a job's end, read out of its stored result or failure without reading the answer itself.
public struct AnswerSummary: Sendable, Hashable {
  public private(set) var target: Target?
  public private(set) var finishReason: String?
  public private(set) var promptTokens: Int64?
  public private(set) var cachedTokens: Int64?
  public private(set) var completionTokens: Int64?
  public private(set) var reasoningTokens: Int64?
  /// In US dollars, as it is stored: a decimal number.
  public private(set) var cost: String?
  /// Calls of providers, those that failed or were given up included.
  public private(set) var attempts: Int64?
  /// From the start of the cascade to its answer; of a failure, of all its calls together.
  public private(set) var latency: Duration?
  /// Why it failed; nil for an answer.
  public private(set) var failure: String?

  /// Reads ``JobResult/encoded(as:)`` or ``JobFailure/encoded()``; nil for what is neither.
  public init?(_ stored: ByteBuffer) {
    var (provider, model): (String?, String?)
    var summary = AnswerSummary()
    let isObject = stored.withUnsafeReadableBytes { bytes in
      var scan = JSONScan(bytes.assumingMemoryBound(to: UInt8.self))
      return scan.members { name, value in
        switch name {
        case "provider": provider = value.string()
        case "model": model = value.string()
        case "finish_reason": summary.finishReason = value.string()
        case "latency_ms": summary.latency = value.integer().map { .milliseconds($0) }
        case "usage": summary.read(usage: &value)
        case "cost_estimate_usd": summary.cost = value.number()
        case "cascade_path": summary.read(path: &value)
        case "code": summary.failure = value.string()
        default: break
        }
      }
    }
    guard isObject else { return nil }
    self = summary
    if let provider, let model { target = Target(provider: provider, model: model) }
  }

  private init() {}

  private mutating func read(usage value: inout JSONScan) {
    _ = value.members { name, value in
      switch name {
      case "prompt_tokens": promptTokens = value.integer()
      case "completion_tokens": completionTokens = value.integer()
      case "prompt_tokens_details":
        _ = value.members { if $0 == "cached_tokens" { cachedTokens = $1.integer() } }
      case "completion_tokens_details":
        _ = value.members { if $0 == "reasoning_tokens" { reasoningTokens = $1.integer() } }
      default: break
      }
    }
  }

  private mutating func read(path value: inout JSONScan) {
    var (calls, milliseconds): (Int64, Int64) = (0, 0)
    _ = value.elements { value in
      var isSkipped = false
      _ = value.members { name, value in
        switch name {
        case "status": isSkipped = value.string() == CascadeStep.Status.skipped.rawValue
        case "latency_ms": milliseconds += value.integer() ?? 0
        default: break
        }
      }
      if !isSkipped { calls += 1 }
    }
    attempts = calls
    if latency == nil { latency = .milliseconds(milliseconds) }
  }
}
