import Shared

/// Items that stand in an input by their ids alone.
extension ResponseDesk {
  /// Of how many responses a request may name items: each is read.
  private static let mostResponses = 64

  /// The items with those in the place of references that are in kept responses of the client's. What is not there stays a
  /// reference, which is refused where the input is read. A short body may name much, and one item many times: what comes in
  /// has ``mostBytes`` at most, and counts as `hold` does.
  func resolved(
    _ items: [JSONValue], for client: Client, holding hold: BodyHold
  ) async throws(Problem) -> [JSONValue] {
    let names = items.compactMap(Self.reference)
    guard !names.isEmpty else { return items }
    let responses = Set(names.compactMap(ResponseID.job(ofItem:)))
    guard responses.count <= Self.mostResponses else {
      throw Call.invalid("body", "input", "Name items of \(Self.mostResponses) responses at most")
    }
    let wanted = Set(names)
    var known: [String: (item: JSONValue, size: Int)] = [:]
    var read = 0
    for id in responses {
      let response: KeptResponse?
      do { response = try await jobs.queue.response(id, tenant: client.tenant) } catch {
        throw Problem(error)
      }
      guard let response, client.mayRead(madeBy: response.job.key) else { continue }
      read += response.size
      guard read <= 2 * mostBytes else { throw tooMuchNamed }
      try await hold.add(response.size)
      let (input, output) = response.items()
      var seen: Set<String> = []
      for item in ResponseItems.shown(input, token: ResponseID.token(of: id), known: &seen) + output {
        guard let name = item["id"]?.string, wanted.contains(name) else { continue }
        known[name] = (item, item.serialized().readableBytes)
      }
    }
    var left = mostBytes
    var whole: [JSONValue] = []
    for item in items {
      guard let found = Self.reference(item).flatMap({ known[$0] }) else {
        whole.append(item)
        continue
      }
      left -= found.size
      guard left >= 0 else { throw tooMuchNamed }
      whole.append(found.item)
    }
    return whole
  }

  private var tooMuchNamed: Problem {
    Call.invalid("body", "input", "The items that it names have more than \(mostBytes) bytes")
  }

  /// Whether items stand among these by their ids alone.
  static func hasReferences(_ items: [JSONValue]) -> Bool { items.contains { reference($0) != nil } }

  /// The id that stands for an item; nil for an item itself.
  private static func reference(_ item: JSONValue) -> String? {
    let type = item["type"]?.string
    guard type == "item_reference" || type == nil && item["role"] == nil else { return nil }
    return item["id"]?.string
  }
}
