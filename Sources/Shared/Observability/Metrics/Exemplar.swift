/// One request of those that a bucket or counter has counted, by which its trace is found.
struct Exemplar: Sendable, Hashable {
  /// 32 hexadecimal digits.
  let trace: String
  let value: Double
  /// Unix milliseconds.
  let time: Int64
}
