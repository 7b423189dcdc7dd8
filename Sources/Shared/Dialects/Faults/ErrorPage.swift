public import NIOCore

/// What a body that is no JSON says of an error: a page of a proxy, an event of a stream, or a mere text.
public enum ErrorPage {
  /// A bound on the work that a hostile body can cause, in bytes.
  private static let longest = 65_536

  /// Of HTML its title, of XML its message, of anything else the text. Nil when nothing can be read.
  public static func words(in body: ByteBuffer) -> String? {
    let text = String(decoding: body.readableBytesView.prefix(longest), as: UTF8.self)
    guard let first = text.unicodeScalars.first(where: { !$0.properties.isWhitespace && $0 != "\u{FEFF}" }),
      !text.utf8.contains(0)
    else { return nil }
    guard first == "<" else { return text }
    return ["title", "h1", "message"].lazy.compactMap { content(of: $0, in: text) }.first
  }

  /// The first `data` of server-sent events; nil when the text is none.
  public static func firstData(of text: String) -> String? {
    let lines = text.split(maxSplits: 8, whereSeparator: \.isNewline)
    guard let first = lines.first, first.hasPrefix("data:") || first.hasPrefix("event:") else { return nil }
    return lines.first { $0.hasPrefix("data:") }.map { String($0.dropFirst("data:".count)) }
  }

  private static func content(of element: String, in text: String) -> String? {
    guard let open = text.firstRange(ofASCII: "<\(element)"),
      let begin = text[open.upperBound...].firstIndex(of: ">"),
      let end = text[begin...].firstIndex(of: "<")
    else { return nil }
    let content = unescaped(text[text.index(after: begin)..<end])
    return content.contains { !$0.isWhitespace } ? content : nil
  }

  private static func unescaped(_ text: Substring) -> String {
    var text = String(text)
    for (name, character) in [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&ndash;", "–"),
      ("&mdash;", "—"), ("&amp;", "&"),
    ] { text = text.replacing(name, with: character) }
    return text
  }
}

extension String {
  /// Whatever the case of its letters.
  fileprivate func firstRange(ofASCII name: String) -> Range<String.Index>? {
    // Only ASCII changes, so that no index moves.
    let lowered = String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    guard let range = lowered.firstRange(of: name.lowercased()) else { return nil }
    let offset = lowered.utf8.distance(from: lowered.startIndex, to: range.lowerBound)
    let begin = utf8.index(startIndex, offsetBy: offset)
    return begin..<utf8.index(begin, offsetBy: name.utf8.count)
  }
}
