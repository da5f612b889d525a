#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/coherent_access.h"
#include "doorbell/peripherals/flash.h"
#include "doorbell/peripherals/rom.h"
#include "tests/memory/test_initiator.h"
#include "tests/support/temporary_folder.h"

namespace doorbell::peripherals {
namespace {

using memory::TestInitiator;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t size = 4 * FlashBank::block_bytes;

void run(Time duration = millisecond) {
  sc_core::sc_start(sc_core::sc_time::from_value(duration));
}

class FlashTest : public testing::Test {
 protected:
  FlashTest() { initiator.socket.bind(flash.upstream); }
  TestInitiator initiator{"initiator"};
  Flash flash{"flash", {.access = 100 * nanosecond}, size};
};

TEST_F(FlashTest, TakesCommandsEachInItsTime) {
  const std::size_t command = initiator.write(0, 0x40, {0x40, 0, 0x40, 0});
  initiator.write(microsecond, 0x40, {1, 2, 3, 4});
  const std::size_t status = initiator.read(2 * microsecond, 0, 4);
  initiator.write(3 * microsecond, 0, {0xFF, 0, 0xFF, 0});
  const std::size_t array = initiator.read(4 * microsecond, 0x3C, 8);
  run();
  EXPECT_EQ(initiator.accesses[command].ended, 100 * nanosecond);
  EXPECT_EQ(initiator.accesses[status].data, (Bytes{0x80, 0, 0x80, 0}));
  EXPECT_EQ(initiator.accesses[array].data, (Bytes{0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4}));
  std::map<std::string, std::uint64_t> counts;
  flash.simulation().statistics().visit([&](const Statistic& statistic) {
    if (const auto* counter = dynamic_cast<const Counter*>(&statistic))
      counts[counter->path()] = counter->value();
  });
  EXPECT_EQ(counts["flash.words_programmed"], 2u);
  EXPECT_EQ(counts["flash.blocks_erased"], 0u);
}

TEST_F(FlashTest, NothingIsBehindIt) {
  const std::size_t behind = initiator.read(0, size, 4);
  const std::size_t across = initiator.write(0, size - 2, {0x98, 0, 0x98, 0});
  run();
  EXPECT_EQ(initiator.accesses[behind].status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator.accesses[across].status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(FlashTest, ADebuggerSeesTheCellsAndChangesNothing) {
  initiator.write(0, 0, {0x70, 0, 0x70, 0});
  run();
  PayloadReference read =
      initiator.simulation().payloads().take(tlm::TLM_READ_COMMAND, size - 2, 4);
  EXPECT_EQ(initiator.socket.transport_debug(*read), 2u);
  EXPECT_EQ(read->data()[0], 0xFF);
  PayloadReference write = initiator.simulation().payloads().take(tlm::TLM_WRITE_COMMAND, 0, 4);
  EXPECT_EQ(initiator.socket.transport_debug(*write), 0u);
}

class RomTest : public testing::Test {
 protected:
  RomTest() { initiator.socket.bind(rom.upstream); }
  std::filesystem::path file(std::size_t bytes) const {
    std::ofstream(folder / "image") << std::string(bytes, 'x');
    return folder / "image";
  }
  bool grants(tlm::tlm_dmi& dmi, CoherentAccess* coherent) {
    PayloadReference payload =
        initiator.simulation().payloads().take(tlm::TLM_READ_COMMAND, 0x10, 4);
    if (coherent != nullptr) payload->set_extension(coherent);
    const bool granted = initiator.socket.get_dmi(*payload, dmi);
    if (coherent != nullptr) payload->clear_extension(coherent);
    return granted;
  }

  TestInitiator initiator{"initiator"};
  Rom rom{"rom", {.access = 100 * nanosecond}, 4096};
  test::TemporaryFolder temporary_;
  std::filesystem::path folder = temporary_.path();
};

TEST_F(RomTest, HoldsAnImageAndIgnoresWrites) {
  rom.load(file(4));
  const std::size_t write = initiator.write(0, 0, {1, 2, 3, 4});
  const std::size_t read = initiator.read(microsecond, 2, 4);
  run();
  EXPECT_EQ(initiator.accesses[write].status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(initiator.accesses[write].ended, 100 * nanosecond);
  EXPECT_EQ(initiator.accesses[read].data, (Bytes{'x', 'x', 0, 0}));
}

TEST_F(RomTest, AnImageThatDoesntFitIsRefused) {
  EXPECT_NO_THROW(rom.load(file(4096)));
  EXPECT_THROW(rom.load(file(4097)), InputError);
  EXPECT_THROW(rom.load(file(0)), InputError);
  EXPECT_THROW(rom.load(folder / "missing"), InputError);
  EXPECT_THROW(rom.load(folder), InputError);
}

TEST_F(RomTest, GrantsReadsToCachesAlwaysAndToOthersUnderLooseTiming) {
  run(1);
  tlm::tlm_dmi dmi;
  EXPECT_FALSE(grants(dmi, nullptr));
  CoherentAccess coherent(CoherentAccess::Writes::told);
  ASSERT_TRUE(grants(dmi, &coherent));
  EXPECT_TRUE(coherent.granted());
  EXPECT_EQ(dmi.get_end_address(), 4095u);
  EXPECT_TRUE(dmi.is_read_allowed());
  EXPECT_FALSE(dmi.is_write_allowed());
  rom.simulation().scheduler().set_timing(Timing::loose);
  EXPECT_TRUE(grants(dmi, nullptr));
  EXPECT_FALSE(dmi.is_write_allowed());
}

TEST_F(RomTest, NothingIsBehindIt) {
  const std::size_t across = initiator.read(0, 4094, 4);
  run();
  EXPECT_EQ(initiator.accesses[across].status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

}  // namespace
}  // namespace doorbell::peripherals
