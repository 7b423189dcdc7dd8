import CHiredis
import NIOCore

/// Turns bytes into replies with hiredis' reader, and frees what hiredis made of them.
///
/// The reader is not thread-safe: each connection has its own and uses it on its event loop only. It nests
/// arrays as deep as hiredis does (7 levels in 0.14); what is deeper is an error, after which the stream of
/// bytes cannot be read further.
struct RESPReader: ~Copyable {
  /// The bytes are no RESP2, or the reader is out of memory.
  struct Failure: Error, Equatable {
    let reason: String
  }

  /// The longest array that is read. hiredis makes room for all elements as soon as it knows their number, so
  /// that a few bytes could ask for gigabytes; Sluice asks for pages of a thousand.
  static let arrayLimit = 1 << 22

  private let reader: UnsafeMutablePointer<redisReader>
  /// How values are made: as hiredis makes them, but for arrays that are too long.
  private let makers: UnsafeMutablePointer<redisReplyObjectFunctions>

  init() throws(Failure) {
    guard let reader = redisReaderCreate(), let own = reader.pointee.fn else {
      throw Failure(reason: "no memory for a reader")
    }
    self.reader = reader
    makers = .allocate(capacity: 1)
    makers.initialize(to: own.pointee)
    makers.pointee.createArray = { task, count in
      // hiredis' own functions come along as what it calls private data: a C function captures nothing.
      let own = task?.pointee.privdata?.assumingMemoryBound(to: redisReplyObjectFunctions.self)
      return count > RESPReader.arrayLimit ? nil : own?.pointee.createArray(task, count)
    }
    reader.pointee.fn = makers
    reader.pointee.privdata = UnsafeMutableRawPointer(own)
    // By default hiredis frees an empty buffer of more than 16 KiB: with replies of that size it would be made
    // anew for each read.
    reader.pointee.maxbuf = 128 * 1024
  }

  deinit {
    redisReaderFree(reader)
    makers.deallocate()
  }

  /// Takes in bytes as they came; they may end anywhere.
  mutating func feed(_ bytes: ByteBuffer) throws(Failure) {
    let status = bytes.withUnsafeReadableBytes { bytes in
      redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    if status != REDIS_OK { throw failure() }
  }

  /// The next whole reply, or nil until more bytes come.
  mutating func next() throws(Failure) -> RESPValue? {
    var reply: UnsafeMutableRawPointer?
    guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw failure() }
    guard let reply else { return nil }
    defer { freeReplyObject(reply) }
    return try Self.value(of: reply.assumingMemoryBound(to: redisReply.self).pointee)
  }

  /// Whether bytes of a reply have come that is not whole yet: unread ones, or elements of an array. (hiredis is at
  /// its first level also while it waits for the first byte of a reply.)
  var isAmidReply: Bool { reader.pointee.ridx > 0 || reader.pointee.pos < reader.pointee.len }

  private func failure() -> Failure {
    // The message is a C string within a fixed array that hiredis always ends with zero.
    withUnsafeBytes(of: &reader.pointee.errstr) { bytes in
      Failure(reason: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    }
  }

  private static func value(of reply: redisReply) throws(Failure) -> RESPValue {
    switch reply.type {
    case REDIS_REPLY_STRING: return .bulk(ByteBuffer(bytes: bytes(of: reply)))
    case REDIS_REPLY_STATUS: return .simpleString(String(decoding: bytes(of: reply), as: UTF8.self))
    case REDIS_REPLY_ERROR: return .error(String(decoding: bytes(of: reply), as: UTF8.self))
    case REDIS_REPLY_INTEGER: return .integer(reply.integer)
    case REDIS_REPLY_NIL: return .null
    case REDIS_REPLY_ARRAY:
      var elements: [RESPValue] = []
      elements.reserveCapacity(Int(reply.elements))
      for index in 0..<Int(reply.elements) {
        guard let element = reply.element?[index] else {
          throw Failure(reason: "an array misses an element")
        }
        elements.append(try value(of: element.pointee))
      }
      return .array(elements)
    default:
      throw Failure(reason: "a reply of type \(reply.type) is not RESP2")
    }
  }

  private static func bytes(of reply: redisReply) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: reply.str, count: Int(reply.len))
  }
}
