import NIOCore
import Shared
import TestSupport
import Testing

@Suite("What a provider says reaches the client, and what it answered is not asked again")
struct FaithfulTests {
  @Test("every case of the table", arguments: FaithfulFile.kinds)
  func table(kind: String) async throws {
    let file = try FaithfulFile(kind: kind)
    try await FaithfulLab.with(file) { lab in
      await withTaskGroup(of: Void.self) { group in
        for place in file.cases.indices {
          if place >= 6 { await group.next() }
          group.addTask { await FaithfulRun(lab: lab, place: place)() }
        }
      }
    }
  }

  @Test("the table is there, and each case has a name of its own")
  func names() throws {
    let names = try FaithfulFile.kinds.flatMap { try FaithfulFile(kind: $0).cases.map(\.name) }
    #expect(names.count >= 46 && Set(names).count == names.count)
  }

  @Test("a client that asks whether it may send its body is told so at once")
  func expectContinue() async throws {
    try await SluiceCluster.withOneOfEach { _, api in
      let text = String(repeating: "a", count: 900_000)
      let body = #"{"model": "default", "messages": [{"role": "user", "content": "\#(text)"}]}"#
      let answer = try await RawConnection.with(port: api.port) { connection in
        try await connection.send(
          "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nX-API-Key: \(SluiceCluster.key)\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Expect: 100-continue\r\nConnection: close\r\n\r\n")
        // Nothing of the body is sent until the server has said so.
        let permission = await connection.text(until: "\r\n\r\n")
        #expect(permission == "HTTP/1.1 100 Continue\r\n\r\n")
        try await connection.send(body)
        return await connection.untilClosed()
      }
      #expect(answer.hasPrefix("HTTP/1.1 200 OK"), "\(answer.prefix(300))")
    }
  }
}
