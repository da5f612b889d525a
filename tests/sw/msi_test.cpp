#include "sw/drivers/msi/msi.h"

#include <gtest/gtest.h>

#include <array>

#include "sw/drivers/gic/registers.h"
#include "tests/sw/fake_functions.h"
#include "tests/sw/fake_its.h"

namespace doorbell::sw {
namespace {

constexpr std::uint64_t table = 0x10002000;  // of the function's vectors

class MsiDriver : public testing::Test {
 protected:
  MsiDriver() {
    hardware_.add_frame(
        0x10000000, 0x10000,
        [this](std::uint64_t at, unsigned size) { return hardware_.load(at, size); },
        [this](std::uint64_t at, unsigned size, std::uint64_t value) {
          hardware_.store(at, size, value);
        });
    fake_functions_.add_msix(0x08, 0x11e81234, 8);
    auto& plain = fake_functions_.add(0x10, 0x56781234);  // MSI alone
    plain.words[PCIE_COMMAND_STATUS] = STATUS_CAPABILITIES_LIST;
    plain.words[PCIE_CAPABILITIES_POINTER] = 0x50;
    plain.words[0x50] = CAPABILITY_MSI | MSI_64_BIT;
    host_.ecam = FakeFunctions::ecam;
    host_.last_bus = 255;
    host_.memory = {0x10000000, 0x20000000};
    host_.functions = functions_.data();
    host_.capacity = functions_.size();
    its_.base = FakeIts::base;
    its_.memory = &memory_;
    gic_.lpi_id_bits = 14;  // small tables
    lpis_.memory = &memory_;
    lpis_.id_bits = 14;
    controller_.its = &its_;
    controller_.lpis = &lpis_;
    controller_.vectors = vectors_.data();
    controller_.capacity = vectors_.size();
  }
  void SetUp() override {
    ASSERT_EQ(pcie_enumerate(&host_), STATUS_OK);
    ASSERT_EQ(its_initialise(&its_), STATUS_OK);
    ASSERT_EQ(lpi_initialise(&lpis_, &gic_), STATUS_OK);
    for (std::uint16_t i = 0; i < 2; ++i) {
      redistributor one{};
      one.processor_number = i;
      ASSERT_EQ(its_map_collection(&its_, i, &one), STATUS_OK);
    }
    fake_its_.take_commands();
  }
  void TearDown() override { EXPECT_EQ(fake_its_.bad_commands, 0u); }
  status attach(msi_device& device, unsigned function, unsigned count) {
    return msi_attach(&device, &controller_, &host_, &functions_[function],
                      functions_[function].requester_id, count, 0xfffff040);
  }
  bool is_masked(unsigned vector) { return hardware_.load(0x2000 + 16 * vector + 12, 4) & 1; }
  bool is_enabled(const msi_vector& vector) {
    return hardware_.load(lpis_.properties + vector.intid - INTID_FIRST_LPI, 1) & 1;
  }
  std::vector<unsigned> opcodes() {
    std::vector<unsigned> all;
    for (const auto& command : fake_its_.take_commands())
      all.push_back(command[0] & 0xff);
    return all;
  }

  FakeHardware hardware_;
  FakeFunctions fake_functions_{hardware_};
  FakeIts fake_its_{hardware_};
  region memory_{0x40000000, 0x42000000, {}};
  std::array<pcie_function, 4> functions_{};
  std::array<msi_vector, 16> vectors_{};
  pcie_host host_{};
  gic gic_{};
  its its_{};
  lpi_tables lpis_{};
  msi_controller controller_{};
  msi_device device_{};
};

TEST_F(MsiDriver, AVectorIsOpenBeforeTheFunctionMaySend) {
  ASSERT_EQ(attach(device_, 0, 8), STATUS_OK);
  fake_its_.take_commands();
  fake_its_.on_command = [this](const DecodedItsCommand&) { EXPECT_TRUE(is_masked(3)); };
  ASSERT_EQ(msi_request(
                &device_, 3, 1, [](msi_vector*, void*) {}, nullptr),
            STATUS_OK);
  EXPECT_EQ(opcodes(),
            (std::vector<unsigned>{COMMAND_MAPTI, COMMAND_SYNC, COMMAND_INV, COMMAND_SYNC}));
  EXPECT_FALSE(is_masked(3));
  EXPECT_TRUE(is_enabled(device_.vectors[3]));
  EXPECT_EQ(hardware_.load(0x2030, 8), 0xfffff040u);
  EXPECT_EQ(hardware_.load(0x2038, 4), 3u);
}

TEST_F(MsiDriver, APlatformDeviceHasVectorsAndNoCapability) {
  constexpr std::uint32_t device_id = 0x100;
  msi_device device{};
  ASSERT_EQ(msi_attach_platform_device(&device, &controller_, device_id, 3, 0xfffff040), STATUS_OK);
  ASSERT_EQ(msi_request(&device, 2, 1, nullptr, nullptr), STATUS_OK);
  EXPECT_EQ(device.doorbell, 0xfffff040u);
  EXPECT_EQ(device.vectors[2].device_id, device_id);
  EXPECT_EQ(device.vectors[2].event_id, 2u) << "what its driver has it write";
  EXPECT_TRUE(is_enabled(device.vectors[2]));
  ASSERT_EQ(msi_release(&device, 2), STATUS_OK);
  EXPECT_FALSE(is_enabled(device.vectors[2]));
  EXPECT_EQ(msi_attach_platform_device(&device, &controller_, device_id, 9999, 0), STATUS_NO_SPACE);
}

TEST_F(MsiDriver, AReleasedVectorIsMaskedBeforeAnythingElse) {
  ASSERT_EQ(attach(device_, 0, 8), STATUS_OK);
  ASSERT_EQ(msi_request(
                &device_, 3, 0, [](msi_vector*, void*) {}, nullptr),
            STATUS_OK);
  fake_its_.take_commands();
  hardware_.accesses.clear();
  fake_its_.on_command = [this](const DecodedItsCommand&) {
    EXPECT_TRUE(is_masked(3));
    EXPECT_FALSE(is_enabled(device_.vectors[3]));
  };
  ASSERT_EQ(msi_release(&device_, 3), STATUS_OK);
  EXPECT_EQ(opcodes(),
            (std::vector<unsigned>{COMMAND_INV, COMMAND_SYNC, COMMAND_DISCARD, COMMAND_SYNC}));
  // The first that the function hears of it is the mask, not an address that it may still use.
  const auto first =
      std::find_if(hardware_.accesses.begin(), hardware_.accesses.end(),
                   [](const FakeHardware::Access& access) { return access.is_write; });
  ASSERT_NE(first, hardware_.accesses.end());
  EXPECT_EQ(first->address, table + 3 * 16 + 12);
  EXPECT_EQ(hardware_.load(0x2030, 8), 0u);
  EXPECT_FALSE(msi_dispatch(&controller_, device_.vectors[3].intid));
}

TEST_F(MsiDriver, AFunctionWithMsiAloneIsDisabledBeforeAnythingElse) {
  ASSERT_EQ(attach(device_, 1, 1), STATUS_OK);
  ASSERT_EQ(msi_request(
                &device_, 0, 0, [](msi_vector*, void*) {}, nullptr),
            STATUS_OK);
  const auto enabled = [this] { return pcie_config_read(&host_, 0x10, 0x50) & MSI_ENABLE; };
  EXPECT_TRUE(enabled());
  fake_its_.on_command = [&](const DecodedItsCommand&) { EXPECT_FALSE(enabled()); };
  ASSERT_EQ(msi_release(&device_, 0), STATUS_OK);
}

TEST_F(MsiDriver, CommandsGoWhereTheEventWasMovedTo) {
  ASSERT_EQ(attach(device_, 0, 1), STATUS_OK);
  ASSERT_EQ(msi_request(
                &device_, 0, 0, [](msi_vector*, void*) {}, nullptr),
            STATUS_OK);
  fake_its_.take_commands();
  ASSERT_EQ(msi_set_processor(&device_, 0, 1), STATUS_OK);
  ASSERT_EQ(msi_set_enabled(&device_, 0, false), STATUS_OK);
  const auto commands = fake_its_.take_commands();
  ASSERT_EQ(commands.size(), 4u);
  EXPECT_EQ(DecodedItsCommand::of(commands[0]).collection, 1u);  // MOVI
  EXPECT_EQ(DecodedItsCommand::of(commands[1]).target, 0u);      // SYNC where it was
  EXPECT_EQ(DecodedItsCommand::of(commands[3]).target, 1u);
  ASSERT_EQ(msi_set_processor(&device_, 0, 1), STATUS_OK);
  EXPECT_TRUE(fake_its_.take_commands().empty());
}

TEST_F(MsiDriver, AsManyVectorsAreGivenOutAsThereAre) {
  EXPECT_EQ(attach(device_, 0, 9), STATUS_NO_SPACE);  // the function has 8
  ASSERT_EQ(attach(device_, 0, 8), STATUS_OK);
  ASSERT_EQ(attach(device_, 0, 8), STATUS_OK);
  EXPECT_EQ(device_.vectors[7].intid, INTID_FIRST_LPI + 15u);
  EXPECT_EQ(attach(device_, 0, 1), STATUS_NO_SPACE);
}

TEST_F(MsiDriver, ADetachedDeviceIsUnmappedAndItsVectorsAreGivenOutAgain) {
  msi_device other{};
  ASSERT_EQ(attach(device_, 0, 4), STATUS_OK);
  ASSERT_EQ(attach(other, 0, 8), STATUS_OK);
  ASSERT_EQ(msi_request(
                &device_, 3, 1, [](msi_vector*, void*) {}, nullptr),
            STATUS_OK);
  fake_its_.take_commands();
  ASSERT_EQ(msi_detach(&device_), STATUS_OK);
  EXPECT_EQ(opcodes(), (std::vector<unsigned>{COMMAND_INV, COMMAND_SYNC, COMMAND_DISCARD,
                                              COMMAND_SYNC, COMMAND_MAPD}));
  EXPECT_FALSE(msi_dispatch(&controller_, INTID_FIRST_LPI + 3));
  ASSERT_EQ(attach(device_, 0, 2), STATUS_OK);
  EXPECT_EQ(device_.vectors[0].intid, INTID_FIRST_LPI);
  ASSERT_EQ(attach(other, 0, 3), STATUS_OK);
  EXPECT_EQ(other.vectors[0].intid, INTID_FIRST_LPI + 12u)
      << "two are left, and three are asked for";
  ASSERT_EQ(attach(other, 0, 2), STATUS_OK);
  EXPECT_EQ(other.vectors[0].intid, INTID_FIRST_LPI + 2u);
}

TEST_F(MsiDriver, IntidsEndWithThePropertyTable) {
  lpis_.id_bits = 14;
  controller_.count = controller_.capacity = (1 << 14) - INTID_FIRST_LPI;
  controller_.count -= 2;
  controller_.capacity += 100;
  std::vector<msi_vector> vectors(controller_.capacity);
  controller_.vectors = vectors.data();
  EXPECT_EQ(attach(device_, 0, 3), STATUS_NO_SPACE);
  ASSERT_EQ(attach(device_, 0, 2), STATUS_OK);
  EXPECT_EQ(device_.vectors[1].intid, (1u << 14) - 1);
}

TEST_F(MsiDriver, OnlyVectorsThatAreAskedForAreDispatched) {
  ASSERT_EQ(attach(device_, 0, 2), STATUS_OK);
  unsigned taken = 0;
  ASSERT_EQ(msi_request(
                &device_, 1, 0,
                [](msi_vector* vector, void* argument) {
                  EXPECT_EQ(vector->event_id, 1u);
                  ++*static_cast<unsigned*>(argument);
                },
                &taken),
            STATUS_OK);
  vectors_[2].handler = [](msi_vector*, void*) { ADD_FAILURE() << "nobody's vector"; };
  EXPECT_FALSE(msi_dispatch(&controller_, INTID_FIRST_LPI - 1));
  EXPECT_FALSE(msi_dispatch(&controller_, INTID_FIRST_LPI));
  EXPECT_TRUE(msi_dispatch(&controller_, INTID_FIRST_LPI + 1));
  EXPECT_FALSE(msi_dispatch(&controller_, INTID_FIRST_LPI + 2));
  EXPECT_EQ(taken, 1u);
}

TEST_F(MsiDriver, VectorsBehindTheLastAreRefused) {
  ASSERT_EQ(attach(device_, 0, 2), STATUS_OK);
  EXPECT_EQ(msi_request(&device_, 2, 0, nullptr, nullptr), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(msi_release(&device_, 2), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(msi_set_processor(&device_, 2, 1), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(msi_set_enabled(&device_, 2, true), STATUS_BAD_ARGUMENT);
}

TEST_F(MsiDriver, TheDoorbellIsAtItsPagesIovaAndItsOffset) {
  smmu_domain domain{};
  ASSERT_EQ(page_table_initialise(&domain.table, &memory_, 48), STATUS_OK);
  std::uint64_t doorbell = 0;
  ASSERT_EQ(msi_map_doorbell(&its_, &domain, 0xfffff000, &doorbell), STATUS_OK);
  EXPECT_EQ(doorbell, 0xfffff040u);
  std::uint64_t address = 0;
  ASSERT_TRUE(page_table_lookup(&domain.table, doorbell, &address));
  EXPECT_EQ(address, FakeIts::base + GITS_TRANSLATER);
}

}  // namespace
}  // namespace doorbell::sw
