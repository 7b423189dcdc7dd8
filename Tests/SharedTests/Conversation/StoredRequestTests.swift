import NIOCore
import Testing

@testable import Shared

@Suite("What stands beside a stored request")
struct StoredRequestTests {
  private let thread = String(repeating: "0f", count: 16)
  private let chat = JobRequest.chat(Conversation(turns: [Turn(role: .user, text: "Hi")]))

  @Test(
    "is read with it, and the request is the same without", arguments: [false, true], [false, true])
  func marks(isPricedOnly: Bool, isInThread: Bool) throws {
    let encoded = chat.encoded()
    let marked = StoredRequest.marked(
      encoded, isPricedOnly: isPricedOnly, thread: isInThread ? thread : nil)
    let read = try StoredRequest(marked)
    #expect(read.request == chat && read.isPricedOnly == isPricedOnly)
    #expect(read.thread == (isInThread ? thread : nil))
    #expect(read.form == (try StoredRequest(encoded)).form)
    if !isPricedOnly, !isInThread { #expect(marked == encoded) }
  }

  @Test("of what is no conversation, or names one in no words of ours, is no conversation")
  func strangers() throws {
    let embedding = JobRequest.embedding(EmbeddingRequest(model: "default", input: ["a"]))
    let marked = StoredRequest.marked(embedding.encoded(), isPricedOnly: false, thread: thread)
    #expect(try StoredRequest(marked).thread == nil)
    let wrong = StoredRequest.marked(chat.encoded(), isPricedOnly: false, thread: "x:y")
    #expect(try StoredRequest(wrong).thread == nil)
  }

  @Test("a conversation keeps its opening as it goes on, whatever its clients mark on the way")
  func opening() {
    let system = Turn(role: .system, text: "Be brief.")
    let first = Turn(role: .user, parts: [.text("Hi"), .image(ImagePart(source: "https://a/b.png"))])
    var marked = first
    marked.parts[0] = .text(TextPart("Hi", extras: ["cache_control": ["type": "ephemeral"]]))
    let more = [Turn(role: .assistant, text: "Hello"), Turn(role: .user, text: "And?")]
    let opening = Conversation(turns: [system, marked]).opening
    #expect(opening == ["system", "Be brief.", "user", "Hi", "https://a/b.png"])
    #expect(Conversation(turns: [system, first] + more).opening == opening)
    #expect(Conversation(turns: [system, more[1]]).opening != opening)
    #expect(Conversation(turns: [system]).opening == nil)
  }
}
