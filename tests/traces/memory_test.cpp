#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/support/long_run.h"
#include "tests/traces/synthetic_recording.h"
#include "tests/traces/temporary_file.h"
#include "traces/format/reader.h"
#include "traces/import/import.h"

namespace doorbell::trace::test {
namespace {

long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

std::uint64_t import_and_read(std::uint64_t commands) {
  TemporaryFile recording("long.csv.gz");
  TemporaryFile trace("long.trace.gz");
  const auto rows = write_synthetic_recording(recording.path(), two_drives(commands, 1));
  EXPECT_TRUE(import_recording(recording.path(), trace.path()).conserved);
  Reader reader(trace.path());
  Record record;
  while (reader.next(record)) {
  }
  return rows;
}

/// Ten million rows under `scripts/test long`; by default it is some hundred thousand.
TEST(TraceMemory, DoesNotGrowWithTheLength) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer keeps what is freed";
#endif
  const bool full = doorbell::test::long_run();
  import_and_read(3000);
  const auto before = peak_kilobytes();
  const auto rows = import_and_read(full ? 520'000 : 20'000);
  EXPECT_GT(rows, full ? 10'000'000u : 100'000u);
  EXPECT_LT(peak_kilobytes() - before, 8 * 1024);
}

}  // namespace
}  // namespace doorbell::trace::test
