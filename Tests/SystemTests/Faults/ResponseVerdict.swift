import Shared
import TestSupport

/// Whether all that was told of a response is one and the same, and all of it.
struct ResponseVerdict {
  /// How it ended.
  private(set) var end = ""
  private(set) var faults: [String] = []

  /// `replay` is all that is told of it afterwards, `stored` the response as it is read then.
  init(_ response: ReadResponse, replay: StreamedReply, stored: JSONValue) {
    compare(response.readings, with: replay.events)
    judge(replay, stored, wanted: response.answer)
    faults = faults.map { "\(response.id): \($0)" }
  }

  private mutating func check(_ holds: Bool, _ fault: @autoclosure () -> String) {
    if !holds { faults.append(fault()) }
  }

  /// Each reader has every event once, in its place.
  private mutating func compare(_ readings: [ResponseReading], with events: [StreamedReply.Event]) {
    for (reader, reading) in readings.enumerated() {
      faults += reading.faults
      let numbers = reading.events.compactMap { $0.json["sequence_number"]?.integer }
      check(numbers == Array(0..<Int64(reading.events.count)), "reader \(reader) has the numbers \(numbers)")
      check(
        reading.events.count == events.count,
        "reader \(reader) has \(reading.events.count) events of \(events.count)")
      if let (one, other) = zip(reading.events, events).first(where: { $0 != $1 }) {
        check(
          false,
          "reader \(reader) was told \(one.name) \(one.data), and now it is \(other.name) \(other.data)")
      }
    }
  }

  private mutating func judge(_ replay: StreamedReply, _ stored: JSONValue, wanted answer: String) {
    let joined = JoinedResponse(replay)
    faults += joined.faults
    check(replay.isWhole, "the stream of all events is cut")
    let status = stored["status"]?.string ?? "gone"
    check("response.\(status)" == joined.end, "it is \(status), and its stream ends with \(joined.end)")
    for name in ["output", "usage", "error", "created_at", "completed_at"] {
      let (now, told) = (stored[name] ?? .null, joined.response[name] ?? .null)
      check(now == told, "\(name) is \(now) and was told as \(told)")
    }
    let said = replay.events.filter { $0.name == "response.output_text.delta" }
      .compactMap { $0.json["delta"]?.string }.joined()
    check(joined.text == said, "the output is \(joined.text), and \(said) was said")
    switch status {
    case "completed":
      check(said == answer, "the answer is \(said) instead of \(answer)")
      end = status
    case "failed":
      check(answer.hasPrefix(said), "\(said) is not the beginning of \(answer)")
      check(stored["error"]?["message"]?.string?.isEmpty == false, "it does not say why it failed")
      end = said.isEmpty ? "failed before a word" : "failed with what was said"
    default:
      check(false, "it is \(status)")
      end = status
    }
  }
}
