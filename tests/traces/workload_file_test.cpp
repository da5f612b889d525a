#include "traces/make/workload_file.h"

#include <gmock/gmock.h>

#include "doorbell/core/arch/error.h"
#include "tests/traces/temporary_file.h"

namespace doorbell::workload {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;
using trace::test::TemporaryFile;

std::string error_of(const std::string& text, const std::vector<std::string>& settings = {}) {
  TemporaryFile file("a.yaml", text);
  try {
    open(file.path(), settings).open();
  } catch (const InputError& error) {
    const std::string what = error.what();
    return what.starts_with(file.path()) ? what.substr(file.path().size()) : what;
  }
  return "no error";
}

TEST(WorkloadFile, SaysWhatItDoesNotSayByDefaults) {
  TemporaryFile file("a.yaml", "kind: nic\nnic: {queues: 2, moderation: {time: 5us}}\n");
  const auto parameters = read_description(file.path());
  EXPECT_EQ(parameters.kind, Kind::nic);
  EXPECT_EQ(parameters.nic.queues, 2u);
  EXPECT_EQ(parameters.nic.moderation.time, 5 * microsecond);
  EXPECT_EQ(parameters.nic.packets, NicParameters{}.packets);
}

TEST(WorkloadFile, SettingsLieOverIt) {
  TemporaryFile file("a.yaml", "nvme: {queue_depth: 4}\n");
  const auto source = open(file.path(), {"workload.nvme.queue_depth=8"}).open();
  EXPECT_THAT(source->header().made_from, Contains(Pair("nvme.queue_depth", "8")));
  EXPECT_THAT(source->header().made_from, testing::Not(Contains(Pair("nic.queues", testing::_))));
}

TEST(WorkloadFile, WhatIsWrongIsSaidWithItsPlace) {
  EXPECT_THAT(error_of("kind: nvme\nnvme: {drivs: 1}\n"),
              HasSubstr(":2: nvme.drivs: expected a known key such as 'drives', found 'drivs'"));
  EXPECT_THAT(error_of("- kind: nvme\n"),
              HasSubstr(":1: description: expected a group of keys, found a list"));
  EXPECT_THAT(error_of("arrivals: {rate: 1}\n"),
              HasSubstr(":1: arrivals.rate: expected a frequency such as 1GHz"));
  EXPECT_THAT(error_of("mapping: {mode: loose}\n"),
              HasSubstr(":1: mapping.mode: expected strict or lazy or static or none"));
  EXPECT_THAT(error_of("kind: nvme\n", {"workload.nvme.reads=101"}),
              HasSubstr("workload.nvme.reads: expected a number of per cent (0 to 100)"));
}

TEST(WorkloadFile, ValuesThatNothingHeedsAreRefused) {
  EXPECT_THAT(error_of("kind: msi\nnvme: {drives: 2}\n"),
              HasSubstr(": nvme.drives: expected nothing but the default under another kind"));
  EXPECT_THAT(error_of("kind: msi\n", {"workload.nvme.drives=2"}),
              HasSubstr(": nvme.drives: expected nothing but the default under another kind"));
}

TEST(WorkloadFile, ValuesThatDoNotFitEachOtherAreRefused) {
  EXPECT_THAT(error_of("nvme: {queue_depth: 64, queue_entries: 64}\n"),
              HasSubstr(": nvme.queue_depth: expected at most 63"));
  EXPECT_EQ(error_of("nvme: {queue_depth: 63, queue_entries: 64}\n"), "no error");
  EXPECT_THAT(error_of("nvme: {vectors: 5}\n"), HasSubstr(": nvme.vectors: expected at most 4"));
  EXPECT_THAT(error_of("nvme: {size: {smallest: 8192}}\n"),
              HasSubstr(": nvme.size.smallest: expected at most 4096"));
  EXPECT_THAT(error_of("mapping: {page_size: 2MiB}\nnvme: {range: 1MiB}\n"),
              HasSubstr(": nvme.range: expected at least 2097152"));
  EXPECT_THAT(error_of("kind: nic\nnic: {moderation: {packets: 129}}\n"),
              HasSubstr(": nic.moderation.packets: expected at most 128"));
  EXPECT_THAT(error_of("kind: nic\nnic: {size: {smallest: 1501}}\n"),
              HasSubstr(": nic.size.smallest: expected at most 1500"));
  EXPECT_THAT(error_of("kind: msi\nmsi: {functions: 256, vectors: 257}\n"),
              HasSubstr(": msi.vectors: expected at most 256"));
  EXPECT_THAT(error_of("nvme: {drives: 256, queues: 256, queue_depth: 32}\n"),
              HasSubstr("workload: expected at most 1048576 records under way at once"));
}

TEST(WorkloadFile, ATraceHasNoParameters) {
  EXPECT_FALSE(is_description("a.trace.gz"));
  EXPECT_TRUE(is_description("a.yaml"));
  EXPECT_TRUE(is_description("a.yml"));
  try {
    open("a.trace", {"workload.seed=2"});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--set workload.seed=2: workload: expected a workload that "
                                        "is described in a .yaml file, found a.trace"));
  }
}

}  // namespace
}  // namespace doorbell::workload
