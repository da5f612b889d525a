#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/system/command.h"

namespace doorbell::testing {

/// A scratch folder with small workloads, where plans are written and swept.
class SweepCommand : public ::testing::Test {
 protected:
  SweepCommand();

  /// Writes a plan for the small workload; `more` is the rest of its text. Returns its path.
  std::string plan(const std::string& more, const std::string& workloads = "small.trace") const;
  /// `doorbell sweep PLAN -o DIR OPTIONS`, with a plan made from `more`.
  CommandResult sweep(const std::string& more, const std::string& options = "") const;

  std::string directory() const { return scratch_.path("results"); }
  std::string database() const { return read_file(directory() + "/sweep.sqlite"); }
  std::string log() const;
  /// How many points have been run in the folder, ever.
  std::size_t runs() const;
  /// What `sqlite3` says to a query.
  std::string query(const std::string& sql) const;

  ScratchDirectory scratch_;
};

/// Four points of some milliseconds each.
inline constexpr const char* four_points =
    "axes: {smmu.tlb.entries: [64, 256], fabric.target_reads: [16, 32]}\n";

/// What makes a run of the large workload take many seconds.
inline const std::string sixty_four_drives =
    "with: [eight-drives]\nset: ['endpoints.*.functions=8', replay.copies=64]\n";

}  // namespace doorbell::testing
