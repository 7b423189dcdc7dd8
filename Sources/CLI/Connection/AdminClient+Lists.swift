import Shared

extension AdminClient {
  /// The most that a page of records has.
  private static let pageSize = 1000

  /// All elements of a list, page by page.
  ///
  /// - Parameters:
  ///   - first: how many are wanted at most; nil for all.
  ///   - pageSize: the most that a page of this list has.
  func list(
    _ path: AdminPath, first: Int? = nil, pageSize: Int = pageSize
  ) async throws(CommandFailure) -> [JSONValue] {
    var elements: [JSONValue] = []
    try await pages(path, first: first, pageSize: pageSize) { (page) throws(CommandFailure) in
      elements += page
      return true
    }
    return elements
  }

  /// The pages of a list one by one, for as long as `body` wants more.
  func pages(
    _ path: AdminPath, first: Int? = nil, pageSize: Int = pageSize,
    _ body: ([JSONValue]) throws(CommandFailure) -> Bool
  ) async throws(CommandFailure) {
    var (left, cursor) = (first ?? .max, String?.none)
    repeat {
      let size = min(left, pageSize)
      let page = try await send(.GET, path.with("limit", String(size)).with("cursor", cursor)).json
      guard let data = page["data"]?.array else {
        throw .noAnswer("what the server answered is no list; is it a Sluice?")
      }
      let elements = data.prefix(left)
      left -= elements.count
      guard try body(Array(elements)) else { return }
      let next = (page["next"] ?? page["next_cursor"])?.string
      // A server that gives the same cursor again would be asked for ever.
      guard next != cursor else { return }
      cursor = next
    } while cursor != nil && left > 0
  }
}
