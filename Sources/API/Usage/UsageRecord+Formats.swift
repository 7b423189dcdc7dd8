import NIOCore
import Shared

extension UsageRecord {
  var json: ByteBuffer {
    var json = JSONWriter(capacity: 768)
    json.object { json in
      json.member("id", id)
      json.member("at", Timestamp.format(unixMilliseconds: time))
      json.member("job", job.rawValue)
      json.member("tenant", tenant)
      json.member("key", key)
      json.member("user", user)
      json.member("route", route)
      json.member("lane", lane)
      json.member("status", state.rawValue)
      json.member("answered_by", source?.rawValue)
      json.member("provider", provider)
      json.member("model", model)
      json.member("provider_key", providerKey?.description)
      for count in tokens { json.members([count.name: .integer(Int64(count.value))]) }
      json.name("cost_usd")
      cost.write(to: &json)
      json.name("unpriced")
      json.write(isUnpriced)
      for time in times { json.members([time.name: time.value.map { .integer($0) } ?? .null]) }
      json.member("attempts", Int64(attempts))
      json.member("lost_attempts", Int64(lostAttempts))
      json.member("requeued", Int64(requeued))
      json.members(["metadata": .object(tags.mapValues(JSONValue.string).sortedObject)])
    }
    return json.buffer
  }

  static let columns =
    [
      "id", "at", "job", "tenant", "key", "user", "route", "lane", "status", "answered_by", "provider",
      "model",
    ]
    + ["provider_key"] + tokenNames + ["cost_usd", "unpriced"] + timeNames + [
      "attempts", "lost_attempts", "requeued", "metadata",
    ]

  /// In the order of ``columns``; empty for what is not known.
  var cells: [String] {
    let who = [id, Timestamp.format(unixMilliseconds: time), job.rawValue, tenant, key, user, route, lane]
    let how = [state.rawValue, source?.rawValue, provider, model, providerKey?.description]
    return (who + how).map { $0 ?? "" } + tokens.map { String($0.value) } + [
      cost.description, String(isUnpriced),
    ]
      + times.map { $0.value.map { String($0) } ?? "" } + [
        String(attempts), String(lostAttempts), String(requeued), metadata ?? "{}",
      ]
  }

  private static let tokenNames = [
    "prompt_tokens", "cached_tokens", "cache_write_tokens", "cache_write_1h_tokens", "audio_input_tokens",
    "image_input_tokens", "completion_tokens", "reasoning_tokens", "audio_output_tokens",
    "image_output_tokens",
  ]

  private var tokens: [(name: String, value: Int)] {
    let counts = [
      usage.promptTokens, usage.cachedTokens, usage.cacheWriteTokens, usage.cacheWrite1hTokens,
      usage.audioInputTokens, usage.imageInputTokens, usage.completionTokens, usage.reasoningTokens,
      usage.audioOutputTokens, usage.imageOutputTokens,
    ]
    return zip(Self.tokenNames, counts).map { ($0, $1) }
  }

  private static let timeNames = ["queue_ms", "first_token_ms", "total_ms"]

  private var times: [(name: String, value: Int64?)] {
    zip(Self.timeNames, [queueTime, firstTokenTime, totalTime]).map { ($0, $1?.wholeMilliseconds) }
  }
}

extension [String: JSONValue] {
  /// With its members in the order of their names.
  fileprivate var sortedObject: JSONObject {
    sorted { $0.key < $1.key }.reduce(into: [:]) { object, member in object[member.key] = member.value }
  }
}
