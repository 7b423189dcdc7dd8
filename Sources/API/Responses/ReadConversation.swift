import NIOCore
import Shared

/// A conversation as it was read: its items, each under an id of its own.
struct ReadConversation: Sendable {
  struct Entry: Sendable {
    let number: Int
    /// The job of the response that said it; nil for what the client has put there.
    let job: JobID?
    var items: [JSONValue]
    /// Whether it is stored as the response's job has left it, and was read whole: what a later build has written in another way
    /// stays as it is.
    let isRaw: Bool

    /// What is to stand in its place: the same in fewer bytes, or without what was taken out.
    var edit: ConversationEdit {
      let stored = items.isEmpty ? nil : JSONValue.array(items).serialized()
      return ConversationEdit(number, items: stored, of: job)
    }
  }

  let head: KeptConversation
  /// The oldest first.
  private(set) var entries: [Entry] = []

  init(_ conversation: KeptConversation) {
    head = conversation
    var known: Set<String> = []
    for entry in conversation.entries {
      let (items, isRaw) = entry.items(&known)
      entries.append(Entry(number: entry.number, job: entry.job, items: items, isRaw: isRaw))
    }
  }

  var items: [JSONValue] { entries.flatMap(\.items) }

  /// The entry in which an item stands, without it; nil where there is none of that id.
  func entry(without id: String) -> Entry? {
    for var entry in entries {
      let count = entry.items.count
      entry.items.removeAll { $0["id"]?.string == id }
      if entry.items.count < count { return entry }
    }
    return nil
  }
}

extension ConversationEntry {
  /// Its items, and whether it is a response that was read whole. `known` are the ids of items before them.
  fileprivate func items(_ known: inout Set<String>) -> (items: [JSONValue], isRaw: Bool) {
    switch content {
    case .items(let stored):
      let items = (try? JSONParser.parse(stored, of: .own))?.array ?? []
      for item in items { if let id = item["id"]?.string { known.insert(id) } }
      return (items, false)
    case .response(let asked, let answer, let created):
      guard let job else { return ([], false) }
      let members = (try? JSONParser.parse(asked, of: .own))?.object
      let result = StoredResult(answer)
      let token = ResponseID.token(of: job)
      let output =
        result.map { ResponsesWriter(asked: members ?? [:], model: $0.model).items($0, job, created) } ?? []
      let input = ResponseItems.list(members?["input"])
      return (
        ResponseItems.shown(input, token: token, known: &known)
          + ResponseItems.shown(output, token: token + "o", known: &known),
        members != nil && result != nil
      )
    }
  }
}
