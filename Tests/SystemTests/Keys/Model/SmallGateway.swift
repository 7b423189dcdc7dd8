import TestSupport

/// A gateway as small as can be, which does what its limits say, right or wrong: what the model is tried on.
struct SmallGateway {
  static let tenant = "acme"

  /// What it enforces of requests and tokens, by the fields of what was promised.
  let enforced: [KeyBound]
  /// What its jobs hold beside.
  var demand = KeyDemand()
  private(set) var steps: [KeyStep] = []
  private(set) var questions: [String: KeyQuestion] = [:]
  private(set) var refusals: [KeyRefusal] = []
  private(set) var open: [String] = []
  private var arrivals: [String: Int64] = [:]
  private var values: [String: Int64] = [:]

  init(enforcing enforced: [KeyBound]) { self.enforced = enforced }

  static let question = KeyQuestion(tenant: tenant, key: "key_1", user: nil, model: "m", kind: "one")

  static func bound(_ text: String) -> KeyBound {
    KeyBound(limit: text, of: KeyScene.owner(key: question.key), scope: "key")
  }

  private static let clock = KeyBound(
    limit: KeyScene.clock, of: KeyScene.owner(tenant: tenant), scope: "tenant")

  /// What is promised.
  static func scene(_ bounds: [KeyBound]) -> KeyScene {
    var scene = KeyScene()
    scene.tenants[tenant] = [clock]
    scene.keys[question.key] = bounds
    return scene
  }

  /// A question at a time (microseconds). `is`: what comes of it, whatever the limits say.
  mutating func ask(at time: Int64, tokens: Int64 = 0, is forced: Bool? = nil) {
    let next = enforced.map { bound in
      max(arrivals[bound.field] ?? 0, time) + bound.cost(bound.measure == .tokens ? tokens : 1)
    }
    let full = zip(enforced, next).first { bound, arrival in arrival - bound.capacity > time }?.0
    guard forced ?? (full == nil) else {
      guard let bound = full ?? enforced.first else { return }
      refusals.append(
        KeyRefusal(
          question: Self.question, asked: time - 900...time + 700, limit: bound.text, scope: bound.scope))
      return
    }
    admit(at: time, tokens: tokens, next)
  }

  private mutating func admit(at time: Int64, tokens: Int64, _ next: [Int64]) {
    let id = "job_\(questions.count)"
    questions[id] = Self.question
    var demand = demand
    let rate = Self.clock
    demand.requests = [.init(field: rate.field, most: rate.most, amount: 1)]
    var events: [KeyStep.Event] = []
    for (bound, arrival) in zip(enforced, next) {
      arrivals[bound.field] = arrival
      events.append(.counted(field: bound.field, value: "\(arrival)"))
      let own = KeyDemand.Rate(
        field: bound.field, most: bound.most, amount: bound.measure == .tokens ? tokens : 1)
      if bound.measure == .tokens { demand.tokens.append(own) } else { demand.requests.append(own) }
    }
    events.insert(.made(KeyJob(id: id, created: time / 1000, demand: demand)), at: 0)
    events.append(.counted(field: rate.field, value: "\(time + 1)"))
    events += changes(demand, 1)
    open.append(id)
    steps.append(KeyStep(events))
  }

  /// The oldest job ends. `nanos` is what is counted of what it cost.
  mutating func end(at time: Int64, tokens: Int64 = 0, nanos: Int64 = 0, counting: Int64? = nil) {
    guard !open.isEmpty else { return }
    let id = open.removeFirst()
    var events: [KeyStep.Event] = [
      .ended(job: id, state: "succeeded", time: time / 1000),
      .used(job: id, tokens: tokens, nanos: nanos, time: time / 1000),
    ]
    events += changes(demand, -1)
    for hold in demand.hardBudgets where nanos > 0 {
      values["s:" + hold.subject, default: 0] += counting ?? nanos
      events.append(
        .counted(field: "s:" + hold.subject, value: "7 \(values["s:" + hold.subject] ?? 0) 0 0"))
    }
    steps.append(KeyStep(events))
  }

  private mutating func changes(_ demand: KeyDemand, _ sign: Int64) -> [KeyStep.Event] {
    let holds =
      demand.queued.map { ("q:" + $0.subject, $0.amount) } + demand.running.map { ("n:" + $0.subject, 1) }
      + demand.hardBudgets.map { ("$:" + $0.subject, $0.amount) }
    return holds.map { field, amount in
      values[field, default: 0] += sign * amount
      let value = values[field] ?? 0
      return .counted(field: field, value: value == 0 ? nil : "\(value)")
    }
  }

  /// What the model says of it, given what was promised.
  func judged(by promised: [KeyBound], comparesCounters: Bool = false) -> KeyFindings {
    KeyModel.judge(
      Self.scene(promised), questions, refusals, comparesCounters: comparesCounters, steps: steps)
  }
}
