import Foundation

/// A clock on the wall that is set wrong: a library that is loaded before all others. Timers run as ever, and so do
/// the clocks that measure them.
public enum WrongClock {
  private static let source = """
    #define _GNU_SOURCE
    #include <stdlib.h>
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <time.h>
    #include <unistd.h>
    static long offset(void) { const char *text = getenv("WRONG_BY_SECONDS"); return text ? atol(text) : 0; }
    int clock_gettime(clockid_t clock, struct timespec *time) {
      int result = syscall(SYS_clock_gettime, clock, time);
      if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += offset();
      return result;
    }
    int gettimeofday(struct timeval *time, void *zone) {
      int result = syscall(SYS_gettimeofday, time, zone);
      if (result == 0) time->tv_sec += offset();
      return result;
    }
    time_t time(time_t *out) {
      struct timespec now;
      clock_gettime(CLOCK_REALTIME, &now);
      if (out) *out = now.tv_sec;
      return now.tv_sec;
    }
    """

  /// The environment of a process whose clock is off by so many seconds. Throws when there is no C compiler.
  public static func environment(seconds: Int, in directory: URL) async throws -> [String: String] {
    let library = try await PreloadedLibrary.compile(source, named: "wrong-clock", in: directory)
    return ["LD_PRELOAD": library.path(), "WRONG_BY_SECONDS": String(seconds)]
  }
}
