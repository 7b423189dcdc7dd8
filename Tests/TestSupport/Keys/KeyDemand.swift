/// What a job was admitted with, as it keeps it.
public struct KeyDemand: Sendable, Hashable {
  public struct Rate: Sendable, Hashable {
    public let field: String
    public let most: Int64
    public let amount: Int64

    public init(field: String, most: Int64, amount: Int64) {
      self.field = field
      self.most = most
      self.amount = amount
    }
  }

  /// Of `queued`, `running` (whose amount is 1) and budgets.
  public struct Hold: Sendable, Hashable {
    public let subject: String
    public let most: Int64
    public let amount: Int64

    public init(subject: String, most: Int64, amount: Int64) {
      self.subject = subject
      self.most = most
      self.amount = amount
    }
  }

  public var requests: [Rate] = []
  public var tokens: [Rate] = []
  public var queued: [Hold] = []
  public var running: [Hold] = []
  public var hardBudgets: [Hold] = []
  public var softBudgets: [Hold] = []

  public init() {}

  public var hasGates: Bool { !running.isEmpty || !hardBudgets.isEmpty }

  /// Reads the field `h` of a job; nil for what says something else.
  init?(packed: [UInt8]) {
    guard let count = packed.first.map(Int.init), packed.count > 8 * count else { return nil }
    let amounts = (0..<count).map { place in
      packed[1 + 8 * place..<9 + 8 * place].reduce(0) { $0 << 8 | Int64($1) }
    }
    guard let parts = PackedValue(Array(packed[(1 + 8 * count)...]))?.array, parts.count == 7,
      let lists = parts[6].array, lists.count == 4
    else { return nil }
    guard let requests = Self.rows(parts[5], of: 4), let tokens = Self.rows(lists[0], of: 4),
      let queued = Self.rows(lists[1], of: 3), let running = Self.rows(lists[2], of: 2),
      let budgets = Self.rows(lists[3], of: 7)
    else { return nil }
    // Of what is held a row has the place of its amount.
    func amount(_ place: PackedValue) -> Int64 {
      place.number.flatMap { amounts.indices.contains(Int($0) - 1) ? amounts[Int($0) - 1] : nil } ?? 0
    }
    self.requests = requests.map { Self.rate($0, amount: $0[3].number ?? 0) }
    self.tokens = tokens.map { Self.rate($0, amount: amount($0[3])) }
    self.queued = queued.map { Self.hold($0, most: 1, amount: amount($0[2])) }
    self.running = running.map { Self.hold($0, most: 1, amount: 1) }
    hardBudgets = budgets.filter { $0[1].number == 1 }.map { Self.hold($0, most: 2, amount: amount($0[3])) }
    softBudgets = budgets.filter { $0[1].number != 1 }.map { Self.hold($0, most: 2, amount: amount($0[3])) }
  }

  private static func rows(_ list: PackedValue, of count: Int) -> [[PackedValue]]? {
    guard let values = list.array, values.count.isMultiple(of: count) else { return nil }
    return stride(from: 0, to: values.count, by: count).map { Array(values[$0..<$0 + count]) }
  }

  private static func rate(_ row: [PackedValue], amount: Int64) -> Rate {
    Rate(field: row[0].text ?? "", most: row[1].number ?? 0, amount: amount)
  }

  private static func hold(_ row: [PackedValue], most: Int, amount: Int64) -> Hold {
    Hold(subject: row[0].text ?? "", most: row[most].number ?? 0, amount: amount)
  }
}
