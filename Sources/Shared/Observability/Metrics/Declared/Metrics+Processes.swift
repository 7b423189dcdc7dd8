/// How a process fares.
extension Metrics {
  public static let build = Metric(
    "sluice_build_info", .gauge, "1; its version, and which program it is.", by: ["version", "program"],
    from: .both)
  public static let logLinesDropped = Metric(
    "sluice_log_lines_dropped_total", .counter,
    "Log lines that were dropped, because whoever takes them was too slow or could not.", from: .both)
  public static let spans = Metric(
    "sluice_spans_total", .counter,
    "Spans of traces, by what became of them: exported, dropped (more came than could be sent), or failed (the collector did not take them, or was not reached).",
    by: ["outcome"], from: .both)
  public static let eventLoopLag = Metric(
    "sluice_event_loop_lag_seconds", .gauge,
    "The most by which an event loop of this process was late in the last 15 to 30 seconds.", from: .both)
  public static let processCPU = Metric(
    "process_cpu_seconds_total", .counter, "User and system CPU time spent in seconds.", from: .both)
  public static let processResident = Metric(
    "process_resident_memory_bytes", .gauge, "Resident memory size in bytes.", from: .both)
  public static let processVirtual = Metric(
    "process_virtual_memory_bytes", .gauge, "Virtual memory size in bytes.", from: .both)
  public static let processOpenFiles = Metric(
    "process_open_fds", .gauge, "Number of open file descriptors.", from: .both)
  public static let processMostFiles = Metric(
    "process_max_fds", .gauge, "Maximum number of open file descriptors.", from: .both)
  public static let processStart = Metric(
    "process_start_time_seconds", .gauge, "Start time of the process since unix epoch in seconds.",
    from: .both)

  static let processes: [Metric] = [
    build, logLinesDropped, spans, eventLoopLag, processCPU, processResident, processVirtual,
    processOpenFiles,
    processMostFiles, processStart,
  ]
}
