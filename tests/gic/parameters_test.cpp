#include "doorbell/gic/arch/parameters.h"

#include <gtest/gtest.h>

#include "doorbell/core/arch/error.h"

namespace doorbell::gic {
namespace {

TEST(GicParameters, DescribeThemselvesWithASourceEach) {
  GicParameters parameters;
  const ParameterTree tree(parameters);
  EXPECT_GT(tree.all().size(), 25u);
  for (const Parameter* parameter : tree.all()) {
    EXPECT_FALSE(parameter->info().source.empty()) << parameter->path();
    EXPECT_FALSE(parameter->info().help.empty()) << parameter->path();
  }
}

TEST(GicParameters, DefaultsAreThoseOfTheTimingPage) {
  const GicParameters parameters;
  EXPECT_NO_THROW(parameters.check());
  EXPECT_EQ(parameters.its.device_cache_entries, 32u);
  EXPECT_EQ(parameters.its.event_cache_entries, 256u);
  EXPECT_EQ(parameters.its.collection_cache_entries, 16u);
  EXPECT_EQ(parameters.its.cache_ways, 2u);
  EXPECT_EQ(parameters.its.outstanding_reads, 5u);
  EXPECT_EQ(parameters.its.outstanding_writes, 1u);
  EXPECT_EQ(parameters.its.pipeline_cycles, 8u);
  EXPECT_EQ(parameters.redistributor.lpi_cache_entries, 256u);
  EXPECT_EQ(parameters.cpu_interface.register_access, 20 * nanosecond);
}

std::string refusal(std::initializer_list<const char*> settings) {
  GicParameters parameters;
  ParameterTree tree(parameters);
  for (const char* const setting : settings)
    tree.set(setting);
  try {
    parameters.check();
  } catch (const InputError& error) {
    return error.what();
  }
  return "fits";
}

// Valid, Size and 44 bits of an ITT's address are 50 bits.
TEST(GicParameters, DeviceEntriesOfFourBytesAreRefused) {
  GicParameters parameters;
  ParameterTree tree(parameters);
  try {
    tree.set("its.device_entry_bytes=4");
    ADD_FAILURE() << "taken";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("its.device_entry_bytes"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("8 to 16"), std::string::npos) << error.what();
  }
}

TEST(GicParameters, ADoorbellIsThere) {
  EXPECT_EQ(refusal({"doorbell=v2m"}), "fits");
  EXPECT_EQ(refusal({"doorbell=spi", "lpis=none"}), "fits");
  EXPECT_EQ(refusal({"doorbell=lpi", "lpis=direct"}), "fits");
  EXPECT_EQ(refusal({"lpis=none"}),
            "gic.doorbell: expected v2m, spi or lpi without ITSs (gic.lpis), found its");
  EXPECT_EQ(refusal({"lpis=direct"}),
            "gic.doorbell: expected v2m, spi or lpi without ITSs (gic.lpis), found its");
  EXPECT_EQ(refusal({"doorbell=lpi"}),
            "gic.lpis: expected direct with gic.doorbell=lpi, found its");
  EXPECT_EQ(refusal({"doorbell=v2m", "lpis=none", "its_count=2"}),
            "gic.its_count: expected 1, as it is unless gic.lpis=its, found 2");
}

TEST(GicParameters, PlacesAreOfItssThatThereAre) {
  GicParameters parameters;
  parameters.its_count = 2;
  parameters.its_places = {{}, {100 * nanosecond}};
  EXPECT_NO_THROW(parameters.check());
  EXPECT_EQ(parameters.its_distance(1), 100 * nanosecond);
  parameters.its_count = 1;
  EXPECT_THROW(parameters.check(), InputError);
}

TEST(GicParameters, SpisForMessagesAreThere) {
  EXPECT_EQ(refusal({"doorbell=v2m", "messages.first_spi=192", "messages.spis=64"}), "fits");
  EXPECT_EQ(refusal({"doorbell=v2m", "messages.first_spi=193", "messages.spis=64"}),
            "gic.messages.spis: expected SPIs below INTID 256 (gic.common.spis) with "
            "gic.messages.first_spi=193, found 64");
  EXPECT_EQ(refusal({"messages.first_spi=1000"}), "fits") << "nobody uses them";
}

TEST(GicParameters, ThatDontGoTogetherAreRefused) {
  GicParameters parameters;
  ParameterTree tree(parameters);
  tree.set("common.spis=40");
  EXPECT_THROW(parameters.check(), InputError);
  tree.set("common.spis=64");
  EXPECT_NO_THROW(parameters.check());
  tree.set("its.event_cache_entries=255");
  EXPECT_THROW(parameters.check(), InputError);
  tree.set("its.event_cache_entries=0");
  EXPECT_NO_THROW(parameters.check());
  tree.set("its.cache_ways=100");
  tree.set("its.event_cache_entries=100");
  EXPECT_NO_THROW(parameters.check()) << "fully associative, of any size";
  tree.set("its.event_cache_entries=101");
  EXPECT_THROW(parameters.check(), InputError);
  tree.set("its.event_cache_entries=200");
  EXPECT_NO_THROW(parameters.check());
  tree.set("redistributor.lpi_cache_entries=7");
  EXPECT_THROW(parameters.check(), InputError);
  tree.set("redistributor.lpi_cache_ways=1048576");
  EXPECT_NO_THROW(parameters.check());
  tree.set("its.itt_entry_bytes=4");
  EXPECT_NO_THROW(parameters.check());
  tree.set("common.intid_bits=20");
  EXPECT_THROW(parameters.check(), InputError);
}

}  // namespace
}  // namespace doorbell::gic
