import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What Linux tells of this process, under the names that all Prometheus clients use; elsewhere only what every system
/// knows.
public enum ProcessFigures {
  private static let start = Double(Timestamp.now) / 1000

  /// - Parameter program: which program this is.
  public static func write(to text: inout MetricsText, program: String) {
    text.add(Metrics.build, [([Version.current, program], .integer(1))])
    text.add(Metrics.processCPU, cpuSeconds)
    text.add(Metrics.processStart, startTime)
    if let pages = memoryPages {
      let size = Int(sysconf(Int32(_SC_PAGESIZE)))
      text.add(Metrics.processVirtual, pages.virtual * size)
      text.add(Metrics.processResident, pages.resident * size)
    }
    if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
      text.add(Metrics.processOpenFiles, open)
    }
    if let most = OpenFiles.limit { text.add(Metrics.processMostFiles, most) }
  }

  private static var cpuSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static var memoryPages: (virtual: Int, resident: Int)? {
    guard let pages = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
    let numbers = pages.split(separator: " ").prefix(2).compactMap { Int($0) }
    return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
  }

  /// By the system's own account: when it booted, and how many ticks after that the process began.
  private static var startTime: Double {
    guard let stat = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
      // The name in brackets may hold spaces.
      let fields = stat.split(separator: ")").last?.split(separator: " "), fields.count > 19,
      let ticks = Double(fields[19]), let system = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
      let boot = system.split(separator: "\n").first(where: { $0.hasPrefix("btime ") })?.split(separator: " ")
        .last,
      let booted = Double(boot)
    else { return start }
    return booted + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
