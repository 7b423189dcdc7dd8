import NIOCore
import Testing
import Tracing

@testable import Shared

@Suite("Spans as collectors read them")
struct OTLPFormTests {
  private let resource = OTLPResource(attributes: [("service.name", .string("sluice-test"))])

  private func span() throws -> SpanRecord {
    var context = try #require(
      TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
    context.state = "a=b"
    var leader = context.at(try #require(SpanID(rawValue: 0xaaaa_aaaa_aaaa_aaaa)))
    leader.state = ""
    var span = SpanRecord(
      context: context, parent: SpanID(rawValue: 0x00f0_67aa_0ba9_02b7), isParentRemote: true,
      name: "chat grün",
      kind: .client, start: 1_700_000_000_000_000_001, end: 1_700_000_000_000_000_500,
      attributes: [
        "f.long": .string(String(repeating: "y", count: 200)), "e.list": .stringArray(["x", ""]),
        "d.double": 0.5, "c.number": -1, "b.flag": false, "a.text": "",
      ],
      links: [SpanRecord.Link(leader, attributes: ["sluice.link": "leader"])],
      status: SpanStatus(code: .error, message: "rate limited (429)"))
    span.events = [
      SpanEvent(
        name: "gen_ai.first_token",
        at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 1_700_000_000_000_000_002))
    ]
    return span
  }

  @Test("protobuf is byte for byte what Google's library writes of the same span")
  func protobuf() throws {
    // By opentelemetry-proto 1.43 of PyPI, with the version of the scope cut out.
    let expected = """
      0af7651916cd43dd8448eb211c80319c1208b7ad6b71692033311a03613d62220800f067aa0ba902b72a0a63686174206772c3\
      bc6e30033901002a36fe9c971741f4012a36fe9c97174a0c0a06612e7465787412020a004a0c0a06622e666c61671202100\
      04a170a08632e6e756d626572120b18ffffffffffffffffff014a150a08642e646f75626c65120921000000000000e03f4a\
      150a06652e6c697374120b2a090a030a01780a020a004ad6010a06662e6c6f6e6712cb010ac801\
      \(String(repeating: "79", count: 200))\
      5a1d0902002a36fe9c9717121267656e5f61692e66697273745f746f6b656e6a3a0a100af7651916cd43dd8448eb211c80\
      319c1208aaaaaaaaaaaaaaaa22170a0b736c756963652e6c696e6b12080a066c656164657235010000007a16121272617465\
      206c696d697465642028343239291802850101030000
      """
    let bytes = OTLPForm.protobuf.encode([try span()], of: resource)
    let hex = bytes.readableBytesView.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(hex.hasSuffix(expected))
    #expect(hex.hasPrefix("0a"))
    #expect(hex.contains("0a1f0a1d0a0c736572766963652e6e616d65120d0a0b736c756963652d74657374"))
  }

  @Test("JSON has names in hexadecimal digits, numbers of 64 bits as texts, enumerations as numbers")
  func json() throws {
    let json = try JSONParser.parse(OTLPForm.json.encode([try span()], of: resource))
    let resourceSpans = try #require(json["resourceSpans"]?[0])
    #expect(resourceSpans["resource"]?["attributes"]?[0]?["value"]?["stringValue"] == "sluice-test")
    let span = try #require(resourceSpans["scopeSpans"]?[0]?["spans"]?[0])
    #expect(span["traceId"] == "0af7651916cd43dd8448eb211c80319c" && span["spanId"] == "b7ad6b7169203331")
    #expect(span["parentSpanId"] == "00f067aa0ba902b7" && span["traceState"] == "a=b")
    #expect(span["kind"] == 3 && span["flags"] == 769 && span["status"]?["code"] == 2)
    #expect(span["startTimeUnixNano"] == "1700000000000000001")
    let attributes = try #require(span["attributes"]?.array)
    #expect(
      attributes.map { $0["key"]?.string } == [
        "a.text", "b.flag", "c.number", "d.double", "e.list", "f.long",
      ])
    #expect(attributes[2]["value"] == ["intValue": "-1"] && attributes[1]["value"] == ["boolValue": false])
    #expect(attributes[4]["value"]?["arrayValue"]?["values"]?.array?.count == 2)
    #expect(span["events"]?[0]?["name"] == "gen_ai.first_token")
    #expect(span["links"]?[0]?["spanId"] == "aaaaaaaaaaaaaaaa" && span["links"]?[0]?["flags"] == 1)
  }

  @Test(
    "lengths of one, two and three bytes are written as such",
    arguments: [0, 100, 127, 128, 16_383, 16_384, 70_000])
  func lengths(size: Int) {
    var writer = ProtobufWriter()
    writer.message(1) { $0.field(2, String(repeating: "a", count: size)) }
    var bytes = ByteBuffer(bytes: writer.bytes)
    func varint() -> Int {
      var (value, shift) = (0, 0)
      while let byte = bytes.readInteger(as: UInt8.self) {
        value |= Int(byte & 0x7F) << shift
        if byte < 0x80 { break }
        shift += 7
      }
      return value
    }
    #expect(varint() == 0x0A)
    #expect(varint() == bytes.readableBytes)
    guard size > 0 else { return }
    #expect(varint() == 0x12 && varint() == size && bytes.readableBytes == size)
  }
}
