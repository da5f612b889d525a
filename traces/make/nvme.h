#pragma once

#include <deque>
#include <memory>
#include <set>
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
    std::uint64_t left = 0;             ///< commands
    std::set<std::uint64_t> in_queues;  ///< units of memory
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
    std::uint64_t handled = 0;
  };
  struct Command {
    std::uint64_t number;  ///< of its queue
    std::uint64_t unit;
    std::uint32_t bytes;
    bool is_read;
  };

  /// What is still to come of a command that was submitted.
  struct Open {
    Time submitted;
    std::size_t queue;
    std::uint64_t number;
    std::uint32_t bytes;
    Number fetched;
    Number signalled = 0;
  };

  void more() override;
  bool maps_queues_as_reached() const;
  std::uint64_t queue_memory(Space& space, std::uint64_t bytes);
  void add_drive(std::uint32_t number, Random& seeds);
  void add_queue(Drive& drive, std::uint32_t number, std::uint32_t first_cpu);
  Command draw(Queue& queue);
  /// All of a command that comes before its completion entry. The fetch is returned.
  Number begin(Queue& queue, const Command& command);
  void map_queue_pages(Queue& queue, const Command& command);
  void map_queue_page(Queue& queue, std::uint64_t iova);
  std::uint64_t next_unit(Drive& drive);
  Number submit(Queue& queue, const Command& command);
  Number fetch(Queue& queue, const Command& command, Number submitted);
  void move_data(Queue& queue, const Command& command, Number fetched);
  void look_at_shadow(Queue& queue, std::uint32_t head, Number fetched);
  void complete(Open& open);
  void complete_until(Time time);
  void handle_until(Time time);
  void make_room(std::size_t queue);
  void handle(const Open& open);
  std::uint64_t records_of_a_command() const;

  const NvmeParameters& nvme_;
  Frames frames_;
  std::vector<std::unique_ptr<Drive>> drives_;
  std::vector<Queue> queues_;
  std::unique_ptr<Turns> turns_;
  Time service_ = 0;
  std::deque<Open> open_;      ///< by when they were submitted
  std::size_t completed_ = 0;  ///< of them
};

}  // namespace doorbell::workload
