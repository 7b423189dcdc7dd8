import NIOCore
import NIOHTTP1

@testable import API
@testable import Shared
@testable import Worker

func measureAnswers() {
  let wire = Dialect.chat.wire
  let response = ProviderResponse(
    status: 200, headers: ["content-type": "application/json"], body: Samples.completion)
  measure("answer: read a provider's of 2 KB") {
    try wire.answer(from: response, hiding: Secret("sk-key"), maker: "groq")
  }
  measure("answer: write it for the queue") { Samples.result.encoded() }
  let stored = Samples.result.encoded()
  measure("answer: read it from the queue for an OpenAI client") { StoredResult(stored) }
  let result = StoredResult(stored)
  measure("answer: write it for an OpenAI client") {
    try result.map { try Samples.writer.whole($0, of: Samples.job) }
  }
}
