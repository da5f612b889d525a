#include "traces/import/import.h"

#include <gtest/gtest.h>

#include "tests/support/long_run.h"
#include "tests/traces/dry_run.h"
#include "tests/traces/synthetic_recording.h"
#include "tests/traces/temporary_file.h"

namespace doorbell::trace::test {
namespace {

using doorbell::test::sanitized;

Summary import_and_check(const std::string& recording, int seeds, std::size_t window = 16384) {
  TemporaryFile file("out.trace");
  ImportOptions options;
  options.window_rows = window;
  const auto summary = import_recording(recording, file.path(), options);
  EXPECT_TRUE(summary.conserved) << describe(summary);
  const auto trace = read_all(file.path());
  const auto uses = recorded_uses(recording);
  EXPECT_EQ(trace.records.size(), summary.records);
  for (int seed = 0; seed < (sanitized ? 1 : seeds); ++seed) {
    EXPECT_EQ(dry_run(trace, uses, static_cast<std::uint64_t>(seed)), "") << "seed " << seed;
  }
  return summary;
}

std::string recording(const std::string& name) {
  return std::string(DOORBELL_TRACES) + "/recordings/" + name + ".csv.gz";
}

TEST(ImportRecordings, RandomReadsRunInEveryLegalOrder) {
  const auto summary = import_and_check(recording("nvme_rand"), 3);
  EXPECT_EQ(summary.streams.at(0).msis, 2417u);
  EXPECT_EQ(summary.unattributed_submits + summary.unattributed_handles, 0u);
  EXPECT_EQ(summary.inferred_tlbis, 0u);
}

TEST(ImportRecordings, SequentialReadsRunInEveryLegalOrder) {
  const auto summary = import_and_check(recording("nvme_seqread"), 3);
  EXPECT_EQ(summary.streams.at(0).msis, 107u);
}

TEST(ImportRecordings, SequentialWritesRunInEveryLegalOrder) {
  const auto summary = import_and_check(recording("nvme_seqwrite"), 3);
  EXPECT_EQ(summary.streams.at(0).msis, 124u);
}

TEST(ImportRecordings, OneTlbiForEachPairOfRows) {
  TemporaryFile file("out.trace");
  import_recording(recording("nvme_rand"), file.path());
  std::uint64_t tlbis = 0;
  for (const auto& record : read_all(file.path()).records) {
    const auto* command = std::get_if<SmmuCommand>(&record.operation);
    if (command != nullptr && command->opcode == SmmuOpcode::CMD_TLBI_NH_VA) ++tlbis;
  }
  EXPECT_EQ(tlbis, 2412u);
}

TEST(ImportRecordings, ASmallWindowIsAsCorrect) {
  import_and_check(recording("nvme_seqread"), 2, 64);
  import_and_check(recording("nvme_rand"), 2, 16);
}

TEST(ImportSynthetic, TwoDrivesWithConfusedKinds) {
  for (std::uint64_t seed = 1; seed <= (sanitized ? 1u : 3u); ++seed) {
    TemporaryFile file("two.csv");
    const auto options = two_drives(600, seed);
    const auto rows = write_synthetic_recording(file.path(), options);
    const auto summary = import_and_check(file.path(), 4);
    EXPECT_EQ(summary.rows, rows);
    ASSERT_EQ(summary.streams.size(), 2u);
    EXPECT_EQ(summary.streams[0].msis + summary.streams[1].msis, 600u);
    EXPECT_EQ(summary.streams[0].recorded_asid, 3u);
    EXPECT_EQ(summary.streams[1].recorded_asid, 7u);
    EXPECT_EQ(summary.inferred_tlbis, 0u);
  }
}

TEST(ImportSynthetic, RightKindsAttributeNearlyEveryDoorbell) {
  TemporaryFile file("two.csv.gz");
  auto options = two_drives(1000, 5);
  options.confused_kinds = false;
  write_synthetic_recording(file.path(), options);
  const auto summary = import_and_check(file.path(), 2);
  EXPECT_LE(summary.unattributed_submits, 10u) << describe(summary);
  EXPECT_LE(summary.unattributed_handles, 10u) << describe(summary);
}

TEST(ImportSynthetic, PiecesOfARangeAreOneCommand) {
  for (const bool pieces : {false, true}) {
    TemporaryFile recording_file("two.csv");
    TemporaryFile trace_file("out.trace");
    auto options = two_drives(300, 9);
    options.range_pieces = pieces;
    write_synthetic_recording(recording_file.path(), options);
    import_recording(recording_file.path(), trace_file.path());
    std::uint64_t tlbis = 0;
    for (const auto& record : read_all(trace_file.path()).records) {
      const auto* command = std::get_if<SmmuCommand>(&record.operation);
      if (command != nullptr && command->iova) ++tlbis;
    }
    EXPECT_EQ(tlbis, 300u);
  }
}

TEST(ImportSynthetic, SharedAsidIsInvalidatedInAllSpaces) {
  TemporaryFile file("two.csv");
  auto options = two_drives(400, 11);
  options.drives[0].asid = options.drives[1].asid;
  write_synthetic_recording(file.path(), options);
  import_and_check(file.path(), 4);
}

}  // namespace
}  // namespace doorbell::trace::test
