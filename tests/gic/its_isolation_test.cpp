// For random tables of two ITSs, MSIs of one DeviceID make no LPI pending that isn't mapped for it
// at the ITS that they go to.

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr std::uint64_t pages = 0x7000'0000;

class ItsIsolation : public testing::TestWithParam<unsigned> {
 protected:
  unsigned below(unsigned end) {
    return std::uniform_int_distribution<unsigned>(0, end - 1)(random);
  }
  /// Some devices with some events, several at a time of the same LPI; some are unmapped again.
  void map_at_random(unsigned its) {
    bench->use(its);
    std::vector<ItsCommand> commands;
    for (unsigned i = 0; i < 200; ++i) {
      const std::uint32_t DeviceID = devices[below(8)], EventID = below(16);
      const std::uint32_t INTID = first_lpi + below(512);
      const auto ICID = static_cast<std::uint16_t>(below(3));  // 2 isn't mapped
      switch (below(8)) {
        case 0:
          commands.push_back({.opcode = ItsOpcode::MAPD,
                              .DeviceID = DeviceID,
                              .ITT_addr = itts + its * 0x100'0000 + DeviceID * 0x1000,
                              .Size = static_cast<std::uint8_t>(below(4)),
                              .V = below(3) != 0});
          break;
        case 1:
          commands.push_back(
              {.opcode = ItsOpcode::DISCARD, .DeviceID = DeviceID, .EventID = EventID});
          break;
        case 2:
          commands.push_back(
              {.opcode = ItsOpcode::MOVI, .DeviceID = DeviceID, .EventID = EventID, .ICID = ICID});
          break;
        default:
          commands.push_back({.opcode = ItsOpcode::MAPTI,
                              .DeviceID = DeviceID,
                              .EventID = EventID,
                              .pINTID = INTID,
                              .ICID = ICID});
          if (DeviceID == attacker) ever_mapped[its].insert(INTID);
          break;
      }
    }
    commands.push_back({.opcode = ItsOpcode::SYNC, .RDbase = 0});
    commands.push_back({.opcode = ItsOpcode::SYNC, .RDbase = 1});
    bench->issue(commands);
  }
  std::vector<std::uint32_t> take_all() {
    std::vector<std::uint32_t> taken;
    for (unsigned processor = 0; processor < 2; ++processor) {
      for (std::uint32_t INTID = 0; (INTID = bench->acknowledge(processor)) != spurious_INTID;) {
        taken.push_back(INTID);
        bench->end(processor, INTID);
      }
    }
    return taken;
  }
  std::mt19937 random{GetParam()};
  const std::vector<std::uint32_t> devices{0, 1, 2, 7, 0x10, 0x100, 0x1FF, 0x200};
  const std::uint32_t attacker = devices[GetParam() % 8];
  std::array<std::set<std::uint32_t>, 2> ever_mapped;  ///< by ITS
  std::unique_ptr<Bench> bench;
};

TEST_P(ItsIsolation, ADeviceReachesWhatIsMappedForItAlone) {
  GicParameters parameters;
  parameters.its.event_cache_entries = 8;  // evictions too
  parameters.its.device_cache_entries = 2;
  parameters.its_count = 2;
  bench = std::make_unique<Bench>(parameters);
  bench->bring_up();
  bench->use(1);
  if (GetParam() % 2 != 0) {
    bench->device_layout = {.two_levels = true, .page_code = 0};
    bench->provide(device_table + per_its, 0, pages);
    bench->provide(device_table + per_its, 1, pages + 0x1000);
  }
  bench->bring_up_its();
  for (std::uint32_t INTID = first_lpi; INTID < first_lpi + 512; ++INTID)
    bench->configure(INTID, 0xA3);
  for (unsigned round = 0; round < 3; ++round) {
    map_at_random(0);
    map_at_random(1);
    for (const unsigned its : {0u, 1u}) {
      bench->use(its);
      for (unsigned i = 0; i < 50; ++i)
        bench->doorbell(attacker, below(5) == 0 ? below(0x7FFF'FFFF) : below(20));
      bench->advance(20 * microsecond);
      for (const std::uint32_t INTID : take_all())
        EXPECT_TRUE(ever_mapped[its].contains(INTID)) << INTID << " in round " << round;
    }
  }
  for (const std::string& its : {std::string("its"), std::string("its1")}) {
    EXPECT_EQ(bench->counter(its + ".doorbells"), 150u);
    EXPECT_EQ(bench->counter(its + ".sent") + bench->counter(its + ".dropped"), 150u);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ItsIsolation, testing::Range(1u, 17u));

}  // namespace
}  // namespace doorbell::gic::test
