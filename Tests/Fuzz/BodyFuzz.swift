import NIOCore
import Shared

@testable import API

/// A body is refused, or is a submission that survives being stored; JSON that is read and written again means
/// the same.
enum BodyFuzz {
  private static let catalogs = CatalogSource(
    ProviderCatalog(
      providers: [
        Provider(
          name: "groq", dialect: .chat, baseURL: "http://groq", access: .key(Secret("k")),
          defaultModel: "llama")
      ], prices: .list))
  private static let schema = Submission.jobSchema(
    limits: RequestLimits(maxPromptChars: 4000, maxTokens: 2048, jobExpiresIn: .seconds(86_400)),
    catalogs: catalogs,
    callbacks: CallbackPolicy(secret: WebhookSecret(parsing: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")))

  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let value = try? JSONParser.parse(ByteBuffer(bytes: bytes)) else { return }
    let written = value.serialized()
    guard let again = try? JSONParser.parse(written) else {
      fatalError("what was written cannot be read: \(String(buffer: written))")
    }
    // The values may differ: 1e3 is written as 1000, which is an integer.
    require(again.serialized() == written, "a second writing differs from the first")
    switch schema.decode(value) {
    case .failure(let errors): require(!errors.isEmpty, "a refusal gives no reason")
    case .success(let submission): store(submission)
    }
  }

  private static func store(_ submission: Submission) {
    let chat = submission.conversation
    let request = JobRequest.chat(chat)
    guard let stored = try? JobRequest(stored: request.encoded()) else {
      fatalError("what was stored cannot be read: \(String(buffer: request.encoded()))")
    }
    require(stored == request, "storing changed \(request) to \(stored)")
    require(stored.encoded() == request.encoded(), "equal requests have different bytes")
    require((1...2048).contains(chat.parameters.maxTokens ?? 0), "max_tokens is out of bounds")
    require((0...2).contains(chat.parameters.temperature ?? -1), "temperature is out of bounds")
    require(submission.delay >= .zero && submission.expiresIn > .zero, "a time is out of bounds")
    require(submission.metadata.count <= 16, "there are more than 16 pairs of metadata")
  }
}
