/// How much the queue takes, of all tenants and of each.
public struct QueueBounds: Sendable {
  /// The most jobs that may wait.
  public var waitingJobs: Int
  /// The most bytes of requests that may wait.
  public var waitingBytes: Int
  /// The most jobs of one tenant that may be open: waiting or running.
  public var tenantJobs: Int
  /// The most bytes of requests that one tenant's open jobs may have.
  public var tenantBytes: Int
  /// The most jobs of one tenant that run at once; 0 sets no bound.
  public var tenantRunning: Int

  public init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    waitingJobs = try environment.read(Variables.maxQueue)
    waitingBytes = try environment.read(Variables.maxQueueBytes)
    tenantJobs = try environment.read(Variables.tenantMaxQueue)
    tenantBytes = try environment.read(Variables.tenantMaxQueueBytes)
    tenantRunning = try environment.read(Variables.tenantConcurrency)
  }
}
