import Foundation

/// A disk whose fsync takes a second and a half: a library that is loaded into Redis before all others. Its sleep is the
/// fault, in Redis' process; no test waits by it.
public enum SlowDisk {
  private static let source = """
    #define _GNU_SOURCE
    #include <unistd.h>
    #include <sys/syscall.h>
    int fdatasync(int file) { usleep(1500000); return syscall(SYS_fdatasync, file); }
    int fsync(int file) { usleep(1500000); return syscall(SYS_fsync, file); }
    """

  /// The environment for a Redis on such a disk. Throws when there is no C compiler.
  public static func environment(in directory: URL) async throws -> [String: String] {
    ["LD_PRELOAD": try await PreloadedLibrary.compile(source, named: "slow-disk", in: directory).path()]
  }
}
