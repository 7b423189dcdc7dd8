#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How many files, connections among them, this process may have open.
public enum OpenFiles {
  /// Raises the bound to the highest that the system allows this process.
  ///
  /// A login shell gives 1,024, for the sake of programs that use `select`. That is fewer than the connections of an API
  /// with a thousand waiting clients, or of a worker that asks as many providers. It stays as it is where the system
  /// refuses.
  public static func raiseLimit() {
    guard var limit = limits, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(resource, &limit)
  }

  /// The bound; nil where it cannot be read.
  static var limit: Int? { limits.map { Int(clamping: $0.rlim_cur) } }

  private static var limits: rlimit? {
    var limit = rlimit()
    return getrlimit(resource, &limit) == 0 ? limit : nil
  }

  #if canImport(Glibc)
    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
  #else
    private static var resource: Int32 { RLIMIT_NOFILE }
  #endif
}
