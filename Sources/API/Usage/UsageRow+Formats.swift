import NIOCore
import Shared

extension UsageRow {
  /// The numbers of a row, by the names of the columns.
  private var numbers: [(name: String, value: Int64)] {
    [
      ("requests", sums.requests), ("errors", sums.errors), ("cached", sums.cached),
      ("prompt_tokens", sums.promptTokens), ("cached_tokens", sums.cachedTokens),
      ("completion_tokens", sums.completionTokens), ("reasoning_tokens", sums.reasoningTokens),
    ]
  }

  static func columns(_ groups: [UsageDimension]) -> [String] {
    let numbers = UsageRow(values: [], sums: UsageSums()).numbers
    return groups.map(\.name) + numbers.map(\.name) + ["cost_usd", "unpriced"]
  }

  var cells: [String] {
    values + numbers.map { String($0.value) } + [sums.cost.description, String(sums.unpriced)]
  }

  func json(_ groups: [UsageDimension]) -> ByteBuffer {
    var json = JSONWriter(capacity: 320)
    json.object { json in
      for (group, value) in zip(groups, values) {
        json.members([group.name: value.isEmpty ? .null : .string(value)])
      }
      for number in numbers { json.members([number.name: .integer(number.value)]) }
      json.name("cost_usd")
      sums.cost.write(to: &json)
      json.member("unpriced", sums.unpriced)
    }
    return json.buffer
  }
}
