import NIOCore
import NIOHTTP1
import Shared

@testable import API
@testable import Worker

func measureStreams() {
  measure("stream: cut 200 events", calls: .one) {
    var parser = ServerSentEventParser()
    return try Samples.stream.map { try parser.feed($0).count }
  }
  measure("stream: read a provider's answer of 200 events", calls: .one) {
    var answer = StreamedAnswer(wire: ProviderDialect.openAI.wire, hiding: Secret("sk-key"))
    answer.begin(status: 200, headers: ["content-type": "text/event-stream"])
    for piece in Samples.stream { _ = try answer.feed(piece) }
    return try answer.end().answer
  }
  let completion = ChatCompletion(job: Samples.jobID, created: 1_738_312_502)
  measure("stream: write a chunk for an OpenAI client") {
    var bytes = ByteBuffer()
    bytes.writeEvent(
      completion.chunk(
        model: "llama-3.3-70b-versatile", delta: ["content": " scatters"], includesUsage: true))
    return bytes
  }
  let delta = AnswerDelta(text: " scatters")
  measure("stream: write an event of a job") {
    var bytes = ByteBuffer()
    bytes.writeEvent(number: 17, name: "delta", delta.encoded())
    return bytes
  }
}
