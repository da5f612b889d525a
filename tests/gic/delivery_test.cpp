// Where interrupts go: SPIs, in a checkpoint, too; PPIs; and the frames whose registers devices
// write.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "doorbell/core/arch/state.h"
#include "doorbell/gic/arch/distributor_state.h"
#include "doorbell/gic/arch/redistributor_state.h"
#include "doorbell/gic/arch/register_tables.h"
#include "tests/gic/register_access.h"

namespace doorbell::gic {
namespace {

class SpiDelivery : public testing::Test {
 protected:
  SpiDelivery() {
    for (unsigned i = 0; i < 3; ++i)
      state.set_enabled_groups(i, 3);
  }
  DistributorState state{{.processors = {{0}, {1}, {0x100}}}};
  RegisterBank& gicd = state.registers();
};

// What is on its way to a processor is asked for again there: it may have gone (IHI 0069 4.1.2).
TEST_F(SpiDelivery, IsAskedWhetherAnSpiStillGoesToAProcessor) {
  write(gicd, 0, 4, 3);
  write(gicd, 0x0084, 4, ~0u);
  write(gicd, 0x0104, 4, 1u << 8);
  EXPECT_FALSE(state.deliverable(40, 0)) << "not pending";
  state.set_line(40, true);
  EXPECT_TRUE(state.deliverable(40, 0));
  EXPECT_FALSE(state.deliverable(40, 1)) << "another's";
  EXPECT_FALSE(state.deliverable(41, 0)) << "another";
  EXPECT_FALSE(state.deliverable(5000, 0)) << "none";
  write(gicd, 0x6000 + 8 * 40, 8, 1);
  EXPECT_FALSE(state.deliverable(40, 0));
  EXPECT_TRUE(state.deliverable(40, 1));
  write(gicd, 0, 4, 1);
  EXPECT_FALSE(state.deliverable(40, 1)) << "Group 1 disabled";
  write(gicd, 0, 4, 3);
  write(gicd, 0x0184, 4, 1u << 8);
  EXPECT_FALSE(state.deliverable(40, 1)) << "disabled";
  write(gicd, 0x0104, 4, 1u << 8);
  state.acknowledge(40);
  EXPECT_FALSE(state.deliverable(40, 1)) << "active";
}

// Routes are decided when GICD_IROUTER<n> is written; a checkpoint has the registers alone.
TEST(DistributorCheckpoint, RoutesAreAsTheRegistersSay) {
  const DistributorConfiguration configuration{.extended_spis = 64, .processors = {{0}, {1}, {2}}};
  DistributorState before(configuration), after(configuration);
  write(before.registers(), 0x6000 + 8 * 40, 8, 2);
  write(before.registers(), 0x8000 + 8 * 63, 8, 1);
  write(before.registers(), 0x6000 + 8 * 41, 8, 9);
  StateWriter writer;
  DistributorState::describe(before, writer);
  const auto json = writer.json();
  StateReader reader("distributor", json);
  DistributorState::describe(after, reader);
  EXPECT_EQ(after.target(40), 2u);
  EXPECT_EQ(after.target(4096 + 63), 1u) << "an extended one";
  EXPECT_FALSE(after.target(41).has_value()) << "nobody's";
  EXPECT_EQ(after.target(42), 0u);
}

// IHI 0069 4.8.1: an active level is pending again as soon as it is deactivated; INTIDs of others,
// which a processor may name in ICC_EOIR1_EL1 or ICC_DIR_EL1, change nothing here.
TEST(PpiDelivery, TheyAreActiveFromAcknowledgeToDeactivation) {
  RedistributorState state({.affinity = {0}, .last = true});
  RegisterBank& gicr = state.registers();
  write(gicr, 0x10100, 4, ~0u);
  write(gicr, 0x10080, 4, ~0u);
  state.set_line(27, true);
  unsigned changes = 0;
  state.on_change([&changes] { ++changes; });
  state.acknowledge(27);
  EXPECT_EQ(read(gicr, 0x10300, 4), 1u << 27) << "GICR_ISACTIVER0";
  EXPECT_FALSE(state.highest(2).valid());
  state.deactivate(27);
  EXPECT_EQ(read(gicr, 0x10300, 4), 0u);
  EXPECT_EQ(state.highest(2).INTID, 27u);
  EXPECT_EQ(changes, 2u) << "each is told";
  state.acknowledge(40);
  state.deactivate(40);
  EXPECT_EQ(changes, 2u);
}

// DEN 0029 (GICv2m) and DDI 0601 (GICM): devices write words to these, Linux reads the others.
TEST(MessageFrames, HaveTheirRegistersWhereDriversLookForThem) {
  const auto registers = [](std::span<const RegisterInfo> infos) {
    std::map<std::string_view, std::pair<std::uint64_t, RegisterAccess>> found;
    for (const RegisterInfo& info : infos)
      found[info.name] = {info.offset, info.access};
    return found;
  };
  using enum RegisterAccess;
  const auto v2m = registers(V2M_registers());
  EXPECT_EQ(v2m.at("MSI_TYPER"), std::pair(std::uint64_t{0x008}, read_only));
  EXPECT_EQ(v2m.at("MSI_SETSPI_NS"), std::pair(std::uint64_t{0x040}, write_only));
  EXPECT_EQ(v2m.at("MSI_IIDR"), std::pair(std::uint64_t{0xFCC}, read_only));
  const auto gicm = registers(GICM_registers());
  EXPECT_EQ(gicm.at("GICM_TYPER"), std::pair(std::uint64_t{0x008}, read_only));
  EXPECT_EQ(gicm.at("GICM_SETSPI_NSR"), std::pair(std::uint64_t{0x040}, write_only));
  EXPECT_EQ(gicm.at("GICM_CLRSPI_NSR"), std::pair(std::uint64_t{0x048}, write_only));
}

}  // namespace
}  // namespace doorbell::gic
