#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "traces/format/record.h"

namespace doorbell::trace {

/// What became of one stream of a recording. The counts are of records written.
struct StreamSummary {
  Stream stream = 0;
  std::uint32_t device = 0;
  std::optional<std::uint32_t> recorded_asid;  ///< nothing: observation didn't decide
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t bytes = 0;
  std::uint64_t msis = 0;
  std::uint64_t submits = 0;
  std::uint64_t handles = 0;
};

/// What became of a recording. Every row is represented by a record of its own, merged into another
/// row's, or ignored.
struct Summary {
  std::uint64_t rows = 0;
  std::uint64_t records = 0;
  std::uint64_t represented = 0;
  std::map<std::string, std::uint64_t> merged;   ///< rows, by what they were merged into
  std::map<std::string, std::uint64_t> ignored;  ///< rows, by reason
  std::vector<StreamSummary> streams;
  std::uint64_t unattributed_submits = 0;  ///< doorbells whose stream isn't known
  std::uint64_t unattributed_handles = 0;
  std::uint64_t unattributed_commands =
      0;                        ///< started commands whose fetch isn't known (they are ignored)
  std::uint64_t lost_msis = 0;  ///< MSIs that the recording's ITS made no interrupt of
  std::uint64_t unknown_events = 0;  ///< MSIs without a recorded EventID
  std::uint64_t cut_lengths = 0;     ///< accesses whose inferred length went past their page
  std::uint64_t maps = 0;            ///< all derived: a recording has none
  std::uint64_t unmaps = 0;
  std::uint64_t inferred_tlbis = 0;  ///< the page changed and no invalidation was seen
  std::uint64_t inferred_syncs = 0;

  /// Whether the books balance: all rows accounted for, and every read, write and MSI written as a
  /// record.
  bool conserved = false;
};

struct ImportOptions {
  /// How many rows are looked ahead to place a map before its submission; bounds the memory.
  std::size_t window_rows = 16384;
  /// Called now and then with the part done, 0 to 1.
  std::function<void(double)> progress;
};

/// Turns a recording (CSV, gzipped or not; see traces/recordings/README.md) into a trace, gzipped
/// if its name ends in
/// ".gz". The recording is read three times (content hash, survey, import), so it must be a file.
/// Memory goes with the pages in use and the window, not with the length. Throws InputError; no
/// trace is left behind then.
Summary import_recording(const std::string& recording, const std::string& trace,
                         const ImportOptions& options = {});

/// A summary as a person reads it, several lines.
std::string describe(const Summary& summary);

}  // namespace doorbell::trace
