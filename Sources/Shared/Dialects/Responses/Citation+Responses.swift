import OrderedCollections

extension Citation {
  /// One of Responses' annotations; nil for a source that is no page.
  func responsesForm(in text: String) -> JSONObject? {
    if dialect == .responses { return members }
    guard let url else { return nil }
    let told = members["url_citation"]
    let end = Int64(text.unicodeScalars.count)
    return [
      "type": "url_citation", "url": .string(url), "title": .string(title ?? ""),
      "start_index": .integer(told?["start_index"]?.integer ?? 0),
      "end_index": .integer(told?["end_index"]?.integer ?? end),
    ]
  }
}
