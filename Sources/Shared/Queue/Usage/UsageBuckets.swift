/// Which sums of usage there are: roll.lua adds every record to its hour, its day, and the day of its user.
public enum UsageBuckets: String, Sendable, Hashable {
  case hours = "h"
  case days = "d"
  case users = "u"

  /// How long the sums of an hour stay.
  public static let hoursStay = Duration.seconds(90 * 86_400)

  /// How long (ms) one of them is.
  public var milliseconds: Int64 { self == .hours ? 3_600_000 : 86_400_000 }
}

/// What one bucket holds of one combination of tenant, key, route and so on.
public struct UsageEntry: Sendable, Hashable {
  /// The hour or day, counted from 1970.
  public let bucket: Int64
  /// Tenant, key, route, lane, provider and model, empty where there is none; of users: tenant and user.
  public let parts: [String]
  public let sums: UsageSums
}

/// A part of what buckets hold, in the order of their times.
public struct UsagePage: Sendable {
  /// A combination may come again on a later page of the same bucket, with what it is by then.
  public let entries: [UsageEntry]
  /// Nil at the end.
  public let next: UsageCursor?
}

/// Where to go on in buckets.
public struct UsageCursor: Sendable, Hashable {
  public let bucket: Int64
  let place: String

  /// The beginning of a bucket.
  public init(bucket: Int64) {
    self.bucket = bucket
    place = "0"
  }

  init(bucket: Int64, place: String) {
    self.bucket = bucket
    self.place = place
  }
}

/// How far back what is known of usage reaches (Unix milliseconds).
public struct UsageReach: Sendable, Hashable {
  /// The time by Redis' clock.
  public let now: Int64
  /// When the first record was added to sums; nil while there is none.
  public let firstSum: Int64?
  /// When the oldest record was written that is still there; nil while there is none.
  public let firstRecord: Int64?
}
