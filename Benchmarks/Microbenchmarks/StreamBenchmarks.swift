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
    var answer = StreamedAnswer(wire: Dialect.chat.wire, hiding: Secret("sk-key"), maker: "groq")
    answer.begin(status: 200, headers: ["content-type": "text/event-stream"])
    for piece in Samples.stream { _ = try answer.feed(piece) }
    return try answer.end().answer
  }
  let delta = AnswerDelta(" scatters")
  // A stream has one writer; its first chunk comes after another that stands before all.
  var chunks = Samples.writer.stream(of: Samples.job)
  var beginning = ByteBuffer()
  chunks.write(delta, of: nil, to: &beginning)
  measure("stream: write a chunk for an OpenAI client") {
    var bytes = ByteBuffer()
    chunks.write(delta, of: nil, to: &bytes)
    return bytes
  }
  var stored = JobDeltaWriter(as: .parts)
  measure("stream: write a piece of an answer for the queue") { stored.encode(JobDelta(delta)) }
  var shown = JobDeltaReader()
  measure("stream: write an event of a job") {
    var bytes = ByteBuffer()
    bytes.writeEvent(number: 17, name: "delta", shown.shown(delta))
    return bytes
  }
}
