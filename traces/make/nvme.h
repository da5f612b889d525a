#pragma once

#include <memory>
#include <vector>

#include "traces/make/buffers.h"
#include "traces/make/generator.h"
#include "traces/make/pattern.h"
#include "traces/make/turns.h"

namespace doorbell::workload {

/// Drives with pairs of queues. Each queue has a processor of its own, which submits; the handler
/// of its vector's processor takes what is done, unmaps and invalidates.
class Nvme : public Generator {
 public:
  explicit Nvme(const Parameters& parameters);

 private:
  struct Drive {
    Space space;
    std::unique_ptr<BufferMemory> memory;
    PatternOf pattern;
    Random random;
    std::uint64_t shadow = 0;  ///< addresses of pages of doorbells in memory
    std::uint64_t event_index = 0;
    std::uint64_t left = 0;  ///< commands
  };
  struct Queue {
    Drive* drive = nullptr;
    std::uint32_t number = 0;  ///< from 1: 0 is for administration
    std::uint32_t event = 0;
    Emitter::Actor submitter;
    Emitter::Actor handler;
    std::uint64_t submissions = 0;  ///< addresses
    std::uint64_t completions = 0;
    std::uint64_t prp_lists = 0;
    Buffers buffers;
    std::vector<Number> done;  ///< by place: the last record of the command that had it
    std::uint64_t commands = 0;
  };
  struct Command {
    std::uint64_t number;  ///< of its queue
    std::uint64_t unit;
    std::uint32_t bytes;
    bool is_read;
  };

  void more() override;
  void add_drive(std::uint32_t number, Random& seeds);
  void add_queue(Drive& drive, std::uint32_t number, std::uint32_t first_cpu);
  Command draw(Queue& queue);
  void emit(Queue& queue, const Command& command);
  Number submit(Queue& queue, const Command& command);
  Number fetch(Queue& queue, const Command& command, Number submitted);
  void move_data(Queue& queue, const Command& command, Number fetched);
  void look_at_shadows(Queue& queue, Number fetched);
  void complete(Queue& queue, const Command& command, Number fetched);
  std::uint64_t records_of_a_command() const;

  const NvmeParameters& nvme_;
  Frames frames_;
  std::vector<std::unique_ptr<Drive>> drives_;
  std::vector<Queue> queues_;
  std::unique_ptr<Turns> turns_;
};

}  // namespace doorbell::workload
