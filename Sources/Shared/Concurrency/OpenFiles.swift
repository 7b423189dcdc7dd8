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
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let resource = RLIMIT_NOFILE
    #endif
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(resource, &limit)
  }
}
