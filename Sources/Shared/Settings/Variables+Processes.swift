/// How much a worker holds, and how processes stop and show that they live.
extension Variables {
  public static let workerConcurrency = Variable<Int>.integer(
    "WORKER_CONCURRENCY", "how many jobs one worker holds at once", in: 1...10_000, default: 1000)
  public static let maxAnswerBytes = Variable<Int>.integer(
    "MAX_ANSWER_BYTES", "the largest answer of a provider, as it comes", in: 1024...268_435_456,
    default: 67_108_864)
  public static let maxEventBytes = Variable<Int>.integer(
    "MAX_EVENT_BYTES", "the largest event of a provider's streamed answer", in: 1024...268_435_456,
    default: 33_554_432)
  public static let workerAnswerBytes = Variable<Int>.integer(
    "WORKER_ANSWER_BYTES",
    "how many bytes of answers one worker holds before it leaves further jobs in the queue",
    in: 1024...1_099_511_627_776, default: 536_870_912)
  public static let drainTimeout = Variable<Duration>.seconds(
    "DRAIN_TIMEOUT", "how long a process that was told to stop finishes what it has", in: 0...3600,
    default: "30")
  public static let drainDelay = Variable<Duration>.seconds(
    "DRAIN_DELAY",
    "how long an API that was told to stop takes requests all the same, until nobody sends any",
    in: 0...300, default: "1")
  public static let healthFile = Variable(
    "HEALTH_FILE", "a file that a worker writes anew every 5 s while it reaches Redis, for health checks",
    allowed: "a path", default: ""
  ) { $0 }

  public static let workerPort = Variable<Int>(
    "WORKER_PORT",
    "the port on which a worker has `/health/live`, `/health/ready` and `/metrics` of its own, at the address of `HOST`",
    allowed: "a whole number from 0 to 65535"
  ) { text in
    Int(text).flatMap { (0...65_535).contains($0) ? $0 : nil }
  }

  /// Those above, in the order of the documentation.
  static let processes: [VariableDocumentation] = [
    workerConcurrency.documentation, maxAnswerBytes.documentation, maxEventBytes.documentation,
    workerAnswerBytes.documentation, drainTimeout.documentation, drainDelay.documentation,
    healthFile.documentation, workerPort.documentation,
  ]
}
