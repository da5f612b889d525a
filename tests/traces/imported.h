#pragma once

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "tests/traces/dry_run.h"
#include "tests/traces/temporary_file.h"
#include "traces/import/import.h"

namespace doorbell::trace::test {

/// Imports a recording written out in the test, and dry-runs it.
struct Imported {
  explicit Imported(const std::string& rows) {
    TemporaryFile in("in.csv", "time_us,op,stream_id,iova,bytes,pa,detail\n" + rows);
    TemporaryFile out("out.trace");
    summary = import_recording(in.path(), out.path());
    trace = read_all(out.path());
    EXPECT_TRUE(summary.conserved) << describe(summary);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      EXPECT_EQ(dry_run(trace, recorded_uses(in.path()), seed), "");
    }
  }
  template <typename Kind>
  std::vector<Kind> all() const {
    std::vector<Kind> found;
    for (const auto& record : trace.records) {
      if (const auto* kind = std::get_if<Kind>(&record.operation)) found.push_back(*kind);
    }
    return found;
  }
  /// The records of a kind of operation, in their order.
  template <typename Kind>
  std::vector<Record> records_of() const {
    std::vector<Record> found;
    for (const auto& record : trace.records) {
      if (std::holds_alternative<Kind>(record.operation)) found.push_back(record);
    }
    return found;
  }
  std::vector<SmmuOpcode> smmu() const {
    std::vector<SmmuOpcode> opcodes;
    for (const auto& command : all<SmmuCommand>())
      opcodes.push_back(command.opcode);
    return opcodes;
  }
  Summary summary;
  Trace trace;
};

}  // namespace doorbell::trace::test
