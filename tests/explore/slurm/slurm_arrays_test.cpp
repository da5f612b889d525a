#include "platforms/explore/sweep/slurm_arrays.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorbell::sweep {
namespace {

using ::testing::Contains;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<PointJob> jobs(std::size_t count, std::uint64_t timeout = 0) {
  std::vector<PointJob> jobs;
  for (std::size_t i = 0; i < count; ++i)
    jobs.push_back({std::to_string(i), "", timeout});
  return jobs;
}

std::vector<std::size_t> sizes(const std::vector<SlurmArray>& arrays) {
  std::vector<std::size_t> sizes;
  for (const SlurmArray& array : arrays)
    sizes.push_back(array.size());
  return sizes;
}

TEST(SlurmArrays, AreNoLongerThanTheClusterAllows) {
  EXPECT_THAT(sizes(divide(jobs(40), 1001)), ::testing::ElementsAre(40));
  EXPECT_THAT(sizes(divide(jobs(40), 40)), ::testing::ElementsAre(40));
  EXPECT_THAT(sizes(divide(jobs(41), 40)), ::testing::ElementsAre(40, 1));
  EXPECT_THAT(sizes(divide(jobs(40), 16)), ::testing::ElementsAre(16, 16, 8));
  EXPECT_THAT(sizes(divide({}, 16)), ::testing::IsEmpty());
}

TEST(SlurmArrays, HaveEveryPointOnceInItsOrder) {
  std::size_t next = 0;
  for (const SlurmArray& array : divide(jobs(100), 7)) {
    for (const PointJob& job : array)
      EXPECT_EQ(job.key, std::to_string(next++));
  }
  EXPECT_EQ(next, 100U);
}

TEST(SlurmArrays, AClusterThatAllowsNothingStillGetsPoints) {
  EXPECT_THAT(sizes(divide(jobs(2), 0)), ::testing::ElementsAre(1, 1));
}

TEST(SlurmArrays, CountTasksFromZero) {
  EXPECT_THAT(sbatch_arguments({.name = "x", .size = 40}), Contains("--array=0-39"));
  EXPECT_THAT(sbatch_arguments({.name = "x", .size = 1}), Contains("--array=0-0"));
  EXPECT_THAT(sbatch_arguments({.name = "x", .size = 40, .max_running = 3}),
              Contains("--array=0-39%3"));
}

TEST(SlurmArrays, MayBeRequeuedAndGoOnWritingThen) {
  const auto arguments = sbatch_arguments({.name = "x", .size = 1});
  EXPECT_THAT(arguments, Contains("--requeue"));
  EXPECT_THAT(arguments, Contains("--open-mode=append"));
  EXPECT_THAT(arguments, Contains("--cpus-per-task=1"));
}

TEST(SlurmArrays, GiveSlurmALaterTimeLimitThanThePoints) {
  // Slurm counts minutes.
  EXPECT_THAT(sbatch_arguments({.size = 1, .timeout = 1}), Contains("--time=2"));
  EXPECT_THAT(sbatch_arguments({.size = 1, .timeout = 60}), Contains("--time=2"));
  EXPECT_THAT(sbatch_arguments({.size = 1, .timeout = 61}), Contains("--time=3"));
  EXPECT_THAT(sbatch_arguments({.size = 1}), Not(Contains(StartsWith("--time"))));
}

TEST(SlurmArrays, HaveALimitWhenEachPointHasOne) {
  EXPECT_EQ(longest_timeout({{"a", "", 5}, {"b", "", 90}}), 90U);
  EXPECT_EQ(longest_timeout({{"a", "", 5}, {"b", "", 0}}), 0U);
}

TEST(SlurmArrays, SayPartitionAndPredecessorWhenThereIsOne) {
  const auto plain = sbatch_arguments({.size = 1});
  EXPECT_THAT(plain, Not(Contains(StartsWith("--partition"))));
  EXPECT_THAT(plain, Not(Contains(StartsWith("--dependency"))));
  const auto full = sbatch_arguments({.size = 1, .partition = "long", .after = 12});
  EXPECT_THAT(full, Contains("--partition=long"));
  EXPECT_THAT(full, Contains("--dependency=afterany:12"));
}

}  // namespace
}  // namespace doorbell::sweep
