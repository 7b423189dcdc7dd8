/// The name of one job: `job_`, ten characters of time, twenty-six of chance.
///
/// Ids sort by the time they were made and hold 128 random bits, so that none can be guessed.
/// The alphabet is Crockford's base 32, as in ULIDs.
public struct JobID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// What the job is for, as its name's first three letters say.
  public enum Kind: Sendable, Hashable {
    /// A question to a model: `job_…`.
    case request
    /// The delivery of another job's end to its client's URL, or of a notice: `whk_…`, made by the queue itself.
    case delivery
  }

  public let rawValue: String

  public var kind: Kind { rawValue.hasPrefix(Self.prefix) ? .request : .delivery }

  private static let prefix = "job_"
  private static let deliveryPrefix = "whk_"
  private static let timeLength = 10
  private static let randomLength = 26
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
  /// By byte.
  private static let isInAlphabet = (UInt8.min...UInt8.max).map(alphabet.contains)

  /// Accepts only what ``init(unixMilliseconds:)`` and the queue can make, so an id is safe inside a Redis key.
  public init?(rawValue: String) {
    let isInAlphabet = Self.isInAlphabet
    var rawValue = rawValue
    let isWellFormed = rawValue.withUTF8 { text in
      text.count == Self.prefix.utf8.count + Self.timeLength + Self.randomLength
        && text.dropFirst(Self.prefix.utf8.count).allSatisfy { isInAlphabet[Int($0)] }
    }
    guard isWellFormed, rawValue.hasPrefix(Self.prefix) || rawValue.hasPrefix(Self.deliveryPrefix) else {
      return nil
    }
    self.rawValue = rawValue
  }

  /// A new id. `unixMilliseconds` is the time of its making, by the clock of whoever makes it.
  public init(unixMilliseconds: Int64) {
    var generator = SystemRandomNumberGenerator()
    let high = generator.next()
    let low = generator.next()
    rawValue = String(unsafeUninitializedCapacity: 40) { buffer in
      _ = buffer.update(fromContentsOf: Self.prefix.utf8)
      for index in 0..<Self.timeLength {
        let shift = Int64(5 * (Self.timeLength - 1 - index))
        buffer[4 + index] = Self.alphabet[Int(unixMilliseconds >> shift & 31)]
      }
      // 26 characters hold 130 bits: 13 of them for each 64-bit word.
      for index in 0..<13 {
        buffer[14 + index] = Self.alphabet[Int(truncatingIfNeeded: high >> UInt64(5 * index) & 31)]
        buffer[27 + index] = Self.alphabet[Int(truncatingIfNeeded: low >> UInt64(5 * index) & 31)]
      }
      return 40
    }
  }

  public var description: String { rawValue }
}
