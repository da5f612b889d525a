// The NVMe driver of sw/ on a native processor: its queues, PRPs and data behind the SMMU, its
// interrupts by MSI-X through the ITS.
#include "sw/drivers/nvme/nvme.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "platforms/virt/accounts.h"
#include "platforms/virt/drive_option.h"
#include "sw/include/access.h"
#include "tests/support/temporary_folder.h"
#include "tests/system/machine.h"

namespace doorbell::testing {
namespace {

constexpr std::uint64_t driver_iova = 0x6f00'0000, driver_memory = 0x6800'0000;
constexpr std::uint64_t data_iova = 0x6e00'0000, data_memory = 0x6810'0000;
constexpr std::uint64_t data_bytes = 256 << 10;
constexpr std::uint64_t drive_bytes = 1 << 20;
constexpr std::uint64_t completions = driver_memory + 5 * NVME_PAGE;  // of the I/O queue
constexpr unsigned io_queue = 1;
constexpr unsigned io_vector = 1;

std::uint8_t pattern(std::uint64_t i) {
  return static_cast<std::uint8_t>(i * 31 ^ i >> 9);
}

std::string make_drive() {
  const std::string path = ::testing::TempDir() + "doorbell_nvme_" + std::to_string(getpid());
  std::vector<char> bytes(drive_bytes);
  for (std::uint64_t i = 0; i < drive_bytes; ++i)
    bytes[i] = static_cast<char>(pattern(i));
  std::ofstream(path, std::ios::binary).write(bytes.data(), drive_bytes);
  return path;
}

virt::VirtParameters with_drive(const std::string& path) {
  virt::VirtParameters parameters{.check_protocol = true};
  virt::use_drive(parameters, path);
  parameters.check();
  return parameters;
}

class NvmeDriver : public ::testing::Test {
 protected:
  ~NvmeDriver() override { std::remove(path_.c_str()); }

  /// `scenario` with the controller open; then it is closed, and the books balance.
  void run(std::function<void()> scenario, std::uint64_t expected_events = 0) {
    machine_.run([&] {
      device_ = &machine_.add_device(0, 2);
      ASSERT_EQ(machine_map(device_, driver_iova, driver_memory, NVME_MEMORY, true), STATUS_OK);
      ASSERT_EQ(machine_map(device_, data_iova, data_memory, data_bytes, true), STATUS_OK);
      ASSERT_EQ(nvme_open(&drive_, device_->function->bars[0].address, driver_memory, driver_iova),
                STATUS_OK);
      ASSERT_EQ(nvme_add_queue(&drive_, io_queue, io_vector), STATUS_OK);
      EXPECT_EQ(drive_.block_size, 512u);
      EXPECT_EQ(drive_.blocks, drive_bytes / 512);
      scenario();
      EXPECT_EQ(nvme_remove_queue(&drive_, io_queue), STATUS_OK);
      EXPECT_EQ(nvme_close(&drive_), STATUS_OK);
      machine_.pass(20 * microsecond);
      account_ = virt::conservation_of(machine_.platform());
    });
    EXPECT_TRUE(account_.balanced());
    EXPECT_EQ(machine_.software().events, expected_events);
  }
  bool holds_pattern(std::uint64_t address, std::uint64_t from, std::uint64_t bytes) {
    for (std::uint64_t i = 0; i < bytes; ++i) {
      if (mem_read8(address + i) != pattern(from + i)) return false;
    }
    return true;
  }
  std::uint64_t count(const std::string& path) {
    const Statistic* const found = machine_.platform().simulation().statistics().find(path);
    return dynamic_cast<const Counter&>(*found).value();
  }

  std::string path_ = make_drive();
  Machine machine_{with_drive(path_)};
  machine_device* device_ = nullptr;
  nvme drive_{};
  Conservation account_;
};

TEST_F(NvmeDriver, ReadsAndWrites) {
  std::uint64_t of_queue = 0;
  machine_.on_interrupt(
      [&](const msi_vector& vector) { of_queue += vector.event_id == io_vector; });
  run([&] {
    EXPECT_EQ(nvme_read(&drive_, io_queue, 3, 8, data_iova), STATUS_OK);
    EXPECT_TRUE(holds_pattern(data_memory, 3 * 512, 8 * 512));
    // 64 KiB from an offset on: a list of 16 pages.
    EXPECT_EQ(nvme_read(&drive_, io_queue, 100, 128, data_iova + 0x10200), STATUS_OK);
    EXPECT_TRUE(holds_pattern(data_memory + 0x10200, 100 * 512, 128 * 512));
    for (std::uint64_t i = 0; i < 8192; i += 8)
      mem_write64(data_memory + i, 0x1122'3344'5566'7788 ^ i);
    EXPECT_EQ(nvme_write(&drive_, io_queue, 1000, 16, data_iova), STATUS_OK);
    EXPECT_EQ(nvme_flush(&drive_, io_queue), STATUS_OK);
    EXPECT_EQ(nvme_read(&drive_, io_queue, 1000, 16, data_iova + 0x8000), STATUS_OK);
    for (std::uint64_t i = 0; i < 8192; i += 8)
      EXPECT_EQ(mem_read64(data_memory + 0x8000 + i), 0x1122'3344'5566'7788 ^ i);
    EXPECT_EQ(nvme_read(&drive_, io_queue, 2040, 16, data_iova), STATUS_REFUSED);  // beyond the end
  });
  EXPECT_EQ(of_queue, 6u);
  // Data of three reads and a write crossed the link and the SMMU, not past them.
  const std::string function = "virt.endpoint0.function0.";
  EXPECT_GE(count(function + "written_bytes"), 8 * 512 + 128 * 512 + 8192u);
  EXPECT_GE(count(function + "read_bytes"), 8192u);
  EXPECT_EQ(count(function + "command_errors"), 1u);
  EXPECT_GE(count("virt.smmu.tcu.translated"), 16u + 4);
}

// The entry and the message take different ways through the SMMU; a handler finds the entry, even
// if the entry's page has to be walked for and the message's has not.
TEST_F(NvmeDriver, TheHandlerFindsTheEntry) {
  unsigned handled = 0, found = 0;
  machine_.on_interrupt([&](const msi_vector& vector) {
    if (vector.event_id != io_vector) return;
    const std::uint32_t entry = handled++ % NVME_QUEUE_ENTRIES;
    found += mem_read32(completions + 16 * entry + 12) >> 16 & 1;
  });
  run([&] {
    const machine_range page{driver_iova + 5 * NVME_PAGE, NVME_PAGE};
    for (unsigned i = 0; i < 8; ++i) {
      EXPECT_EQ(machine_invalidate(device_, &page, 1), STATUS_OK);
      EXPECT_EQ(nvme_read(&drive_, io_queue, i, 1, data_iova), STATUS_OK);
    }
  });
  EXPECT_EQ(handled, 8u);
  EXPECT_EQ(found, 8u);
}

// A buffer that isn't mapped: an SMMU event, the command's status, and the next command works.
TEST_F(NvmeDriver, WhatIsNotMappedIsNotReached) {
  run(
      [&] {
        EXPECT_EQ(nvme_write(&drive_, io_queue, 0, 8, data_iova - 0x10'0000), STATUS_REFUSED);
        EXPECT_EQ(drive_.last_status, 0x04u);  // Data Transfer Error
        EXPECT_EQ(nvme_read(&drive_, io_queue, 0, 8, data_iova), STATUS_OK);
        EXPECT_TRUE(holds_pattern(data_memory, 0, 8 * 512));
      },
      8);
}

TEST(DriveOption, NamesEndpointFileAndWriting) {
  const auto with = [](const char* option) {
    virt::VirtParameters parameters;
    virt::use_drive(parameters, option);
    return parameters.endpoints;
  };
  auto endpoints = with("disk.img");
  EXPECT_EQ(endpoints[0].endpoint.kind, pcie::FunctionKind::nvme);
  EXPECT_EQ(endpoints[0].endpoint.nvme.drive, "disk.img");
  EXPECT_FALSE(endpoints[0].endpoint.nvme.write_through);
  EXPECT_EQ(endpoints[1].endpoint.kind, pcie::FunctionKind::dma);
  endpoints = with("1=a=b.img,write=true");
  EXPECT_EQ(endpoints[1].endpoint.nvme.drive, "a=b.img");
  EXPECT_TRUE(endpoints[1].endpoint.nvme.write_through);
  for (const char* const wrong :
       {"", "1=", "2=disk.img", "disk.img,write=yes", "disk.img,write=", ",write=true"})
    EXPECT_THROW(with(wrong), InputError) << wrong;
}

std::string refusal_of_drives(const std::vector<std::string>& options) {
  virt::VirtParameters parameters;
  try {
    virt::use_drives(parameters, options);
    parameters.check();
  } catch (const InputError& error) {
    return error.what();
  }
  return "taken";
}

TEST(DriveOption, IsGivenOnceForAnEndpoint) {
  EXPECT_EQ(refusal_of_drives({"a", "1=b"}), "taken");
  EXPECT_EQ(refusal_of_drives({"a", "1=b", "0=c"}),
            "--drive: expected one drive for endpoint 0, found 'a' and '0=c'");
}

// What one controller writes the other wouldn't know of.
TEST(DriveOption, NamesAFileThatIsWrittenOnce) {
  const test::TemporaryFolder folder;
  const std::string file = folder.write("file", "");
  std::filesystem::create_symlink(file, folder / "link");
  const std::string link = folder / "link";
  EXPECT_EQ(refusal_of_drives({file, "1=" + link}), "taken");
  EXPECT_EQ(
      refusal_of_drives({file + ",write=true", "1=" + file + ",write=true"}),
      "endpoints.1.nvme.drive: expected a file that no other endpoint uses, as one of them writes "
      "to it, found '" +
          file + "', which endpoints.0.nvme.drive names");
  EXPECT_THAT(refusal_of_drives({file, "1=" + link + ",write=true"}),
              ::testing::HasSubstr("endpoints.1.nvme.drive: expected a file that no other"));
}

}  // namespace
}  // namespace doorbell::testing
