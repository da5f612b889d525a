#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/format/reader.h"

namespace doorbell::trace::test {

/// A DMA or MSI row of a recording.
struct RecordedUse {
  Stream stream = 0;
  std::string op;
  std::uint64_t iova = 0;
  std::uint32_t bytes = 0;
  std::uint64_t pa = 0;
};

/// Reads them without the import's help.
std::vector<RecordedUse> recorded_uses(const std::string& recording);

/// A whole trace.
struct Trace {
  Header header;
  std::vector<Record> records;
};
Trace read_all(const std::string& path);

/// Executes a trace against an IOVA map, with a TLB that forgets only by invalidation, in a random
/// order that the trace's dependencies allow. Returns what went wrong, nothing when all is well.
std::string dry_run(const Trace& trace, const std::vector<RecordedUse>& uses, std::uint64_t seed);

}  // namespace doorbell::trace::test
