import Shared

extension MemoryUse {
  /// As `/health` shows it.
  var json: JSONValue {
    var holds = JSONObject()
    for part in Part.allCases { holds[part.rawValue] = .integer(Int64(bytes[part, default: 0])) }
    return [
      "used_bytes": used.map { .integer(Int64($0)) } ?? .null,
      "limit_bytes": limit.map { .integer(Int64($0)) } ?? .null,
      "holds": .object(holds),
      "full_of": isFull ? .string(phrase) : .null,
    ]
  }

  /// As `/metrics` shows it. `counts` are those of the queue's statistics.
  func write(to text: inout MetricsText, dropped counts: [String: Int]) {
    text.add(Metrics.memoryBytes, Part.allCases.map { ($0.rawValue, bytes[$0, default: 0]) })
    if let used {
      text.add(Metrics.redisMemoryUsed, used)
      text.add(Metrics.redisMemoryLimit, limit ?? 0)
    }
    text.add(Metrics.redisFull, isFull ? 1 : 0)
    text.add(
      Metrics.queueDropped,
      Part.givingWay.map { ($0.rawValue, counts["dropped:\($0.rawValue)"] ?? 0) })
  }
}
