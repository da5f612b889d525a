#pragma once

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "traces/make/buffers.h"
#include "traces/make/generator.h"
#include "traces/make/turns.h"

namespace doorbell::workload {

/// Network ports that receive. Each queue has a ring of descriptors with a buffer each; its handler
/// takes the packets of an interrupt together, unmaps their buffers, maps new ones and posts them.
class Nic : public Generator {
 public:
  explicit Nic(const Parameters& parameters);

 private:
  struct Queue {
    Space* space = nullptr;
    std::uint64_t* left = nullptr;  ///< packets of its port
    std::uint32_t number = 0;
    Emitter::Actor driver;
    Emitter::Actor handler;
    std::uint64_t descriptors = 0;  ///< addresses
    std::uint64_t completions = 0;
    std::unique_ptr<BufferMemory> memory;
    std::unique_ptr<Buffers> buffers;
    std::vector<Number> posted;  ///< by descriptor: the record that gave it to the port
    std::uint64_t packets = 0;
    std::uint64_t signalled = 0;  ///< of them
    Number fetched = 0;
    Number completed = 0;
    Time deadline = never;  ///< when the packets that aren't signalled are
    Random random;
  };

  void more() override;
  void add_port(std::uint32_t number, Random& seeds);
  void add_queue(Space& space, std::uint32_t number, std::uint32_t first_cpu, std::uint64_t seed);
  void fill(Queue& queue);
  void receive(Queue& queue, Time now);
  void fetch(Queue& queue);
  void signal(Queue& queue);
  void refill(Queue& queue, Number after);
  void signal_until(Time now);
  void set_deadline(Queue& queue, Time deadline);

  const NicParameters& nic_;
  const std::uint32_t entries_;
  Frames frames_;
  std::vector<std::unique_ptr<Space>> spaces_;
  std::vector<std::unique_ptr<std::uint64_t>> left_;
  std::vector<Queue> queues_;
  std::set<std::pair<Time, std::size_t>> deadlines_;
  std::unique_ptr<Turns> turns_;
};

}  // namespace doorbell::workload
