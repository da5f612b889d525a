#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "sw/drivers/nvme/nvme.h"
#include "tests/sw/fake_hardware.h"

namespace doorbell::sw {

/// The registers and queues of an NVMe controller that does nothing but complete. Queues are looked
/// for where the driver has them; what is told the controller is kept for the test.
class FakeNvme {
 public:
  static constexpr std::uint64_t registers = 0x10000000;
  static constexpr std::uint64_t memory = 0x40000000;
  static constexpr std::uint64_t bus = 0xf0000000;  ///< where the controller sees `memory`

  struct Command {
    unsigned queue;
    std::uint32_t dwords[16];
    std::uint64_t prp1() const { return dwords[6] | std::uint64_t{dwords[7]} << 32; }
    std::uint64_t prp2() const { return dwords[8] | std::uint64_t{dwords[9]} << 32; }
    unsigned opcode() const { return dwords[0] & 0xff; }
    unsigned number() const { return dwords[0] >> 16; }
  };

  explicit FakeNvme(FakeHardware& hardware) : hardware_(hardware) {
    hardware.add_frame(
        registers, 0x4000,
        [this](std::uint64_t offset, unsigned) -> std::uint64_t { return words[offset]; },
        [this](std::uint64_t offset, unsigned, std::uint64_t value) {
          write(offset, static_cast<std::uint32_t>(value));
        });
    words[0x00] = 1023;  // CAP.MQES
  }

  /// Completes the oldest command of a queue.
  void complete(unsigned queue, std::uint32_t status = 0, std::uint32_t result = 0) {
    Queue& of = queues_[queue];
    const Command& command = commands[of.waiting.front()];
    const std::uint64_t entry = memory + (2 + 3 * queue) * 4096 + 16 * of.completions;
    hardware_.store(entry, 4, result);
    hardware_.store(entry + 12, 4, command.number() | of.phase << 16 | status << 17);
    of.waiting.erase(of.waiting.begin());
    of.completions = (of.completions + 1) % NVME_QUEUE_ENTRIES;
    if (of.completions == 0) of.phase ^= 1;
  }

  std::map<std::uint64_t, std::uint32_t> words;  ///< registers, by offset
  std::vector<Command> commands;                 ///< all so far
  std::map<unsigned, std::uint32_t> heads;       ///< completion doorbells
  bool gets_ready = true;
  bool completes = true;             ///< by itself, at once
  std::uint32_t status_of_next = 0;  ///< of the next command that is completed so

 private:
  struct Queue {
    unsigned submissions = 0;
    unsigned completions = 0;
    unsigned phase = 1;
    std::vector<std::size_t> waiting;
  };
  void write(std::uint64_t offset, std::uint32_t value) {
    words[offset] = value;
    if (offset == 0x14) words[0x1c] = gets_ready ? value & 1 : 0;
    if (offset == 0x14 && (value & 1) == 0) queues_.clear();
    if (offset < 0x1000) return;
    const auto doorbell = static_cast<unsigned>((offset - 0x1000) / 4);
    if (doorbell % 2 != 0) {
      heads[doorbell / 2] = value;
    } else {
      fetch(doorbell / 2, value);
    }
  }
  void fetch(unsigned queue, unsigned tail) {
    Queue& of = queues_[queue];
    for (; of.submissions != tail; of.submissions = (of.submissions + 1) % NVME_QUEUE_ENTRIES) {
      Command command{queue, {}};
      for (unsigned i = 0; i < 16; ++i) {
        const std::uint64_t at = memory + (1 + 3 * queue) * 4096 + 64 * of.submissions + 4 * i;
        command.dwords[i] = static_cast<std::uint32_t>(hardware_.load(at, 4));
      }
      of.waiting.push_back(commands.size());
      commands.push_back(command);
      if (completes) complete(queue, std::exchange(status_of_next, 0));
    }
  }

  FakeHardware& hardware_;
  std::map<unsigned, Queue> queues_;
};

}  // namespace doorbell::sw
