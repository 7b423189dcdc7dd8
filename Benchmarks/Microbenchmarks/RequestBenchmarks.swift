import NIOCore

@testable import API
@testable import Shared

func measureRequests() {
  let catalog = ProviderCatalog(
    providers: [
      Provider(
        name: "groq", dialect: .chat, baseURL: "http://groq", access: .key(Secret("k")),
        defaultModel: "llama-3.3-70b-versatile")
    ], prices: .list)
  let schema = Submission.querySchema(
    limits: RequestLimits(maxPromptChars: 4000, maxTokens: 2048, jobExpiresIn: .seconds(86_400)),
    catalogs: CatalogSource(catalog))
  let query = Result { try JSONParser.parse(Samples.query) }
  measure("request: check a query of 200 bytes") { schema.decode(try query.get()) }
  let chat = Result { try JSONParser.parse(Samples.chat) }
  measure("request: check an OpenAI chat of 2 KB") { ChatCompletionBody.schema.decode(try chat.get()) }

  let submission = query.flatMap { query in schema.decode(query).mapError { $0 as any Error } }
  measure("request: write it for the queue") { JobRequest.chat(try submission.get().conversation).encoded() }
  let stored = submission.map { JobRequest.chat($0.conversation).encoded() }
  measure("request: read it from the queue") { try JobRequest(stored: try stored.get()) }
}
