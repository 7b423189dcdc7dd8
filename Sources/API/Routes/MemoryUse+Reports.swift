import NIOCore
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
  func metrics(dropped counts: [String: Int]) -> ByteBuffer {
    var text = MetricsText()
    text.add(
      "memory_bytes", .gauge, "What fills Redis, as the queue counts it.", by: "part",
      Part.allCases.map { ($0.rawValue, bytes[$0, default: 0]) })
    if let used { text.add("redis_memory_used_bytes", .gauge, "What Redis uses of its memory.", used) }
    if let limit { text.add("redis_memory_limit_bytes", .gauge, "What Redis may use: its maxmemory.", limit) }
    text.add(
      "redis_full", .gauge, "1 while nothing is left in a full Redis that may give way.", isFull ? 1 : 0)
    text.add(
      "dropped_total", .counter, "What gave way to new work before its time.", by: "part",
      Part.givingWay.map { ($0.rawValue, counts["dropped:\($0.rawValue)"] ?? 0) })
    return text.buffer
  }
}
