#include <gtest/gtest.h>

#include "doorbell/memory/arch/parameters.h"

namespace doorbell::memory {
namespace {

template <class Parameters>
void expect_defaults_in_range() {
  Parameters parameters;
  ParameterTree tree(parameters);
  for (const Parameter* parameter : tree.all()) {
    Parameter copy = *parameter;
    EXPECT_TRUE(copy.parse(copy.text())) << copy.path();
  }
}

TEST(MemoryParameters, DefaultsAreWithinTheirRanges) {
  expect_defaults_in_range<RamParameters>();
  expect_defaults_in_range<FabricParameters>();
}

/// docs/timing.md, Memory and fabric: 64 bytes read from the cache in 40 ns and from memory in
/// 90 ns, the interconnect included.
TEST(MemoryParameters, DefaultsAddUpToThePublishedLatencies) {
  const RamParameters ram;
  const FabricParameters fabric;
  const Time cycle = second / fabric.clock;
  const Time interconnect =
      cycle * (fabric.request_latency + 1 + fabric.response_latency + 64 / fabric.width);
  const Time channel = second / ram.clock * (64 / ram.width);
  EXPECT_NEAR(static_cast<double>(interconnect + ram.last_level_cache.hit + channel), 40'000,
              1'000);
  EXPECT_NEAR(static_cast<double>(interconnect + ram.read_latency + channel), 90'000, 1'000);
}

}  // namespace
}  // namespace doorbell::memory
