import Shared

/// Items that stand in an input by their ids alone.
extension ResponseDesk {
  /// Of how many responses a request may name items: each is read.
  private static let mostResponses = 64

  /// The items with those in the place of references that are in kept responses of the client's. What is not there stays a
  /// reference, which is refused where the input is read.
  func resolved(_ items: [JSONValue], for client: Client) async throws(Problem) -> [JSONValue] {
    let names = items.compactMap(Self.reference)
    guard !names.isEmpty else { return items }
    let responses = Set(names.compactMap(ResponseID.job(ofItem:)))
    guard responses.count <= Self.mostResponses else {
      throw Call.invalid("body", "input", "Name items of \(Self.mostResponses) responses at most")
    }
    var known: [String: JSONValue] = [:]
    for id in responses {
      let response: KeptResponse?
      do { response = try await jobs.queue.response(id, tenant: client.tenant) } catch {
        throw Problem(error)
      }
      guard let response, client.mayRead(madeBy: response.job.key) else { continue }
      let (input, output) = response.items()
      var seen: Set<String> = []
      for item in ResponseItems.shown(input, token: ResponseID.token(of: id), known: &seen) + output {
        if let name = item["id"]?.string { known[name] = item }
      }
    }
    return items.map { item in Self.reference(item).flatMap { known[$0] } ?? item }
  }

  /// The id that stands for an item; nil for an item itself.
  private static func reference(_ item: JSONValue) -> String? {
    let type = item["type"]?.string
    guard type == "item_reference" || type == nil && item["role"] == nil else { return nil }
    return item["id"]?.string
  }
}
