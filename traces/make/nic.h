#pragma once

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "traces/make/buffers.h"
#include "traces/make/generator.h"
#include "traces/make/turns.h"

namespace doorbell::workload {

/// Network ports. Each queue has a ring of descriptors with a buffer each; its handler takes the
/// packets of an interrupt together, unmaps their buffers, maps new ones and posts them. Packets
/// that are sent have a ring and buffers of their own, mapped by the processor that sends.
class Nic : public Generator {
 public:
  explicit Nic(const Parameters& parameters);

 private:
  /// Descriptors, what completes them, and their buffers, to one side.
  struct Ring {
    std::uint64_t descriptors = 0;  ///< addresses
    std::uint64_t completions = 0;
    std::unique_ptr<BufferMemory> memory;
    std::unique_ptr<Buffers> buffers;
    std::vector<Number> ready;  ///< by descriptor: the record since which the port may have it
                                ///< (received), or the processor (sent)
    std::uint64_t packets = 0;
    std::uint64_t handled = 0;  ///< of them
  };
  struct Queue {
    Space* space = nullptr;
    std::uint64_t* left = nullptr;  ///< packets of its port
    std::uint32_t number = 0;
    Emitter::Actor driver;
    Emitter::Actor handler;
    Ring received;
    Ring sent;  ///< empty where nothing is sent
    Number fetched = 0;
    std::vector<Number> completed;  ///< since the last interrupt
    Time deadline = never;          ///< when the packets that aren't signalled are
    Random random;

    std::uint64_t waiting() const {
      return received.packets - received.handled + sent.packets - sent.handled;
    }
  };

  void more() override;
  void add_port(std::uint32_t number, Random& seeds);
  void add_queue(Space& space, std::uint32_t number, std::uint32_t first_cpu, std::uint64_t seed);
  Ring make_ring(Space& space);
  void fill(Queue& queue);
  std::uint32_t draw_size(Queue& queue) const;
  void receive(Queue& queue);
  void fetch(Queue& queue);
  void send(Queue& queue);
  void move(Queue& queue, const Ring& ring, bool is_write, std::uint32_t bytes, Number after);
  void complete(Queue& queue, const Ring& ring, Number first);
  void moderate(Queue& queue, Time now);
  void signal(Queue& queue);
  void refill(Queue& queue, Number after);
  void reclaim(Queue& queue, Number after);
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
