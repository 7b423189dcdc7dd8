import HTTPTypes
import HummingbirdCore
import NIOCore
import Shared

/// Usage as lines, CSV or NDJSON, written while it is read: memory holds a part of them.
struct UsageLines: Sendable {
  private let stream: EventStream

  /// - Parameter channel: the connection, which a client that does not read loses.
  init(channel: any Channel, trail: RequestTrail? = nil) {
    stream = EventStream(channel: channel, trail: trail)
  }

  /// Sums. What fails before the first of them is told by the status; later it breaks the answer off.
  func reply(_ rows: UsageRows) async throws(Problem) -> Reply {
    var rows = rows
    let (question, limit) = (rows.question, rows.question.limit ?? .max)
    let first: [UsageRow]?
    do { first = try await rows.next() } catch { throw Problem(error) }
    return reply(question.format, UsageRow.columns(question.groups)) { [rows] write in
      var (rows, next, left) = (rows, first, limit)
      while let some = next, left > 0 {
        let shown = some.prefix(left)
        left -= shown.count
        switch question.format {
        case .csv: try await write(Self.csv(shown.map(\.cells)))
        default: try await write(Self.lines(shown.map { $0.json(question.groups) }))
        }
        next = left > 0 ? try await rows.next() : nil
      }
    }
  }

  /// Records.
  func reply(_ records: UsageRecordPages, _ format: UsageFormat) async throws(Problem) -> Reply {
    var records = records
    let first: [UsageRecord]?
    do { first = try await records.next() } catch { throw Problem(error) }
    return reply(format, UsageRecord.columns) { [records] write in
      var (records, next) = (records, first)
      while let some = next {
        switch format {
        case .csv: try await write(Self.csv(some.map(\.cells)))
        default: try await write(Self.lines(some.map(\.json)))
        }
        next = try await records.next()
      }
    }
  }

  private typealias Write = @concurrent (ByteBuffer) async throws -> Void

  private func reply(
    _ format: UsageFormat, _ columns: [String],
    _ content: @escaping @concurrent @Sendable (Write) async throws -> Void
  ) -> Reply {
    Reply(
      .ok,
      content: .stream { writer in
        if format == .csv { try await stream.write(Self.csv([columns]), to: &writer) }
        var open = writer
        try await content { bytes in
          if bytes.readableBytes > 0 { try await stream.write(bytes, to: &open) }
        }
        try await open.finish(nil)
      }, headers: [.contentType: format.contentType, .cacheControl: "no-store"])
  }

  private static func csv(_ rows: [[String]]) -> ByteBuffer {
    var lines = CSVLines()
    for row in rows { lines.add(row) }
    return lines.bytes
  }

  private static func lines(_ objects: [ByteBuffer]) -> ByteBuffer {
    var bytes = ByteBuffer()
    for object in objects {
      bytes.writeImmutableBuffer(object)
      bytes.writeStaticString("\n")
    }
    return bytes
  }
}
