#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/pcie/arch/nvme/command.h"
#include "tests/pcie/system.h"
#include "tests/support/temporary_folder.h"

namespace doorbell::pcie::test {

using nvme::AdminOpcode;
using nvme::Command;
using nvme::IoOpcode;
using nvme::Status;

/// A file of whole blocks with a pattern, which lives as long as this.
class DriveFile {
 public:
  explicit DriveFile(std::uint64_t bytes) {
    std::string contents(bytes, '\0');
    for (std::uint64_t i = 0; i < bytes; ++i)
      contents[i] = static_cast<char>(pattern(i));
    folder.write("drive", contents);
  }
  static std::uint8_t pattern(std::uint64_t i) {
    return static_cast<std::uint8_t>(i ^ i >> 8 ^ i >> 16 ^ 0x5a);
  }
  std::uint8_t byte(std::uint64_t at) const {
    std::ifstream file(path, std::ios::binary);
    file.seekg(static_cast<long>(at));
    return static_cast<std::uint8_t>(file.get());
  }
  doorbell::test::TemporaryFolder folder;
  const std::string path = folder / "drive";
};

/// A drive at the end of a link, with a driver that does as Linux does, as tasks. Queue 0 is the
/// admin queue, queue n an I/O queue with vector n.
class NvmeBench {
 public:
  static constexpr std::uint64_t drive_bytes = 4 << 20;
  static constexpr std::uint64_t registers = 0x1000'0000;  // System::bar0(0, 0)
  static constexpr std::uint64_t data = 0x4100'0000;
  static constexpr std::uint64_t lists = 0x4080'0000;
  static constexpr std::uint64_t message = 0x0809'0040;
  // Registers (offsets of Linux's nvme.h).
  enum : std::uint64_t {
    CAP = 0x0,
    VS = 0x8,
    INTMS = 0xc,
    INTMC = 0x10,
    CC = 0x14,
    CSTS = 0x1c,
    AQA = 0x24,
    ASQ = 0x28,
    ACQ = 0x30,
    DBS = 0x1000
  };

  explicit NvmeBench(NvmeParameters nvme = {}, std::uint64_t bytes = drive_bytes)
      : file(bytes), system(parameters(std::move(nvme))) {
    system.enable();
    for (unsigned vector = 0; vector < 5; ++vector)
      set_vector(vector, false);
    system.function().write_configuration(system.function().msix().offset() + 2, 2,
                                          MsixCapability::MSI_X_Enable);
  }

  struct Queue {
    unsigned entries = 32;
    unsigned tail = 0;
    unsigned head = 0;
    bool phase = true;
  };
  struct Answer {
    std::uint32_t dword0 = 0;
    unsigned sq_head = 0;
    unsigned sq_id = 0;
    unsigned command_id = 0;
    Status status = Status::success;
  };
  static std::uint64_t submissions(unsigned q) { return 0x4000'0000 + 0x10'000 * q; }
  static std::uint64_t completions(unsigned q) { return 0x4020'0000 + 0x10'000 * q; }

  Task<std::uint32_t> load(std::uint64_t offset) {
    return system.processor.load(registers + offset);
  }
  Task<void> store(std::uint64_t offset, std::uint32_t value) {
    return system.processor.store(registers + offset, value);
  }
  Task<void> sleep(Time time) { co_await Delay{Simulation::current().scheduler(), time}; }
  Task<bool> status_becomes(std::uint32_t mask, std::uint32_t value);

  /// linux.md's order: EN = 0, AQA, ASQ and ACQ by halves, CC without and then with EN.
  Task<void> enable(unsigned admin_entries = 32);
  /// Set Features 07h, then Create CQ and SQ for each.
  Task<void> create_queues(unsigned count, unsigned entries = 32);

  /// Writes the entry, and offers it.
  Task<void> post(unsigned queue, Command command);
  void put(unsigned queue, Command command);
  Task<void> ring(unsigned queue) { return store(DBS + 8 * queue, queues[queue].tail); }
  /// The next completion, once it is there; its slot is given back.
  Task<Answer> take(unsigned queue);
  /// False if there is none within 10 ms.
  Task<bool> completes(unsigned queue);
  Task<Answer> submit(unsigned queue, Command command) {
    co_await post(queue, command);
    co_return co_await take(queue);
  }
  Task<Status> status_of(unsigned queue, Command command) {
    const Answer answer = co_await submit(queue, command);
    co_return answer.status;
  }

  static Command admin(AdminOpcode opcode, std::uint32_t cdw10 = 0, std::uint32_t cdw11 = 0,
                       std::uint64_t prp1 = data, std::uint32_t nsid = 0) {
    return {.opcode = static_cast<std::uint8_t>(opcode),
            .nsid = nsid,
            .prp1 = prp1,
            .dwords = {cdw10, cdw11}};
  }
  static Command io(IoOpcode opcode, std::uint64_t block, unsigned blocks,
                    std::uint64_t prp1 = data, std::uint64_t prp2 = 0) {
    return {.opcode = static_cast<std::uint8_t>(opcode),
            .nsid = 1,
            .prp1 = prp1,
            .prp2 = prp2,
            .dwords = {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
                       blocks - 1}};
  }

  void set_vector(unsigned vector, bool masked);
  /// Accesses of the controller from `first` on that meet the address; since the last `forget`.
  std::size_t count(std::uint64_t first, std::uint64_t bytes = 1) const;
  void forget() { system.memory.accesses.clear(); }
  bool holds_pattern(std::uint64_t address, std::uint64_t from, std::uint64_t bytes);
  std::uint64_t counter(const std::string& name) {
    return system.count("endpoint0.function0." + name);
  }
  /// Runs a script to its end, in 100 ms of simulated time.
  void run(Task<void> script);

  DriveFile file;
  System system;
  std::vector<Queue> queues{5};

 private:
  SystemParameters parameters(NvmeParameters nvme) const;
  Task<void> note(Task<void> script);

  std::uint16_t next_id_ = 0;
  bool finished_ = false;
};

}  // namespace doorbell::pcie::test
