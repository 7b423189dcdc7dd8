/// Every environment variable of Sluice, each declared in an extension beside what it sets. API and Worker read the
/// same ones, so one `.env` serves both.
public enum Variables {
  /// Reads `a, b,c`; nil when one element is wrong. An empty text is an empty list.
  static func parseList<Element>(_ text: String, _ parse: (String) -> Element?) -> [Element]? {
    var elements: [Element] = []
    for part in text.split(separator: ",") {
      let trimmed = part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
      guard let element = parse(String(trimmed)) else { return nil }
      elements.append(element)
    }
    return elements
  }
}
