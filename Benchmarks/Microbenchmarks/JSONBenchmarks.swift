import Benchmark
import NIOCore
import Shared

func measureJSON() {
  let texts: [(name: String, bytes: ByteBuffer, calls: BenchmarkScalingFactor)] = [
    ("a body of 200 bytes", Samples.query, .kilo), ("a completion of 2 KB", Samples.completion, .kilo),
    ("a body of 500 KB", Samples.large, .one),
  ]
  for (name, bytes, calls) in texts {
    measure("JSON: read \(name)", calls: calls) { try JSONParser.parse(bytes) }
    let value = Result { try JSONParser.parse(bytes) }
    measure("JSON: write \(name)", calls: calls) { try value.get().serialized() }
  }
}
