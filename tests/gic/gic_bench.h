#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "doorbell/core/protocol_checker.h"
#include "doorbell/gic/gic.h"

namespace doorbell::gic::test {

/// Plain memory: answers after a latency, with room for many accesses. Two sockets, for the ITS and
/// for LPI tables.
class Memory : public Module {
 public:
  explicit Memory(const sc_core::sc_module_name& name);
  TargetSocket its;
  TargetSocket lpis;
  /// Of another ITS.
  TargetSocket& add_its();
  Time latency = 100 * nanosecond;
  Time more_for_lpis = 0;        ///< of the LPI tables, in addition
  std::uint64_t faulty = ~0ULL;  ///< accesses of this page are answered with an error
  std::uint64_t its_reads = 0, its_writes = 0, lpi_reads = 0, lpi_writes = 0;
  unsigned highest_its_reads = 0;

  void poke(std::uint64_t address, std::span<const std::uint8_t> bytes);
  void poke(std::uint64_t address, std::uint8_t byte) { poke(address, std::span(&byte, 1)); }
  std::uint8_t peek(std::uint64_t address) const;

 private:
  static constexpr std::uint64_t page_bytes = 4096;
  using Page = std::array<std::uint8_t, page_bytes>;
  Task<void> serve(Payload& payload, bool of_its);
  std::map<std::uint64_t, std::unique_ptr<Page>> pages_;
  unsigned reading_ = 0;
  std::vector<std::unique_ptr<TargetSocket>> further_;
  TaskGroup tasks_{scheduler()};
};

/// The processor's side of a CPU interface.
class Processor : public Module, public CpuInterfaceBackward {
 public:
  explicit Processor(const sc_core::sc_module_name& name);
  CpuInterfaceInitiator socket;
  bool irq = false;
  bool fiq = false;
  Time irq_changed = 0;  ///< when the line was last driven to another level
  Time irq_raised = 0;   ///< when it was last driven high
  /// Acknowledges and ends whatever interrupts, at once, `handler` later; in the order of
  /// `handled`.
  Task<void> handle_forever(Time handler);
  std::vector<std::uint32_t> handled;
  std::vector<Time> handled_at;

 private:
  void set_line(Line line, bool level, Time at) override;
  Condition raised_{scheduler()};
};

/// Where memory is what.
inline constexpr std::uint64_t queue_base = 0x5000'0000, device_table = 0x5010'0000,
                               collection_table = 0x5020'0000, configuration_table = 0x5100'0000,
                               pending_tables = 0x5200'0000, itts = 0x6000'0000;
inline constexpr std::uint64_t queue_bytes = 0x10000;
/// Queue and tables of ITS i are i times that further.
inline constexpr std::uint64_t per_its = 0x40'0000;

/// How a table of the ITS is laid out.
struct TableLayout {
  bool two_levels = false;
  unsigned page_code =
      2;  ///< GITS_BASERn.Page_Size; pages of the second level are of that size too
  unsigned pages = 1;
  bool provided = true;  ///< GITS_BASERn.Valid
};

/// A GIC with memory, processors and a device, and what software does with them. Each call runs the
/// simulation until it is done.
class Bench : public Module {
 public:
  explicit Bench(const GicParameters& parameters = {}, unsigned processors = 2,
                 const sc_core::sc_module_name& name = "bench", bool with_device = true);
  ~Bench() override;

  Memory memory{"memory"};
  std::vector<std::unique_ptr<Processor>> processors;
  Gic gic;
  std::unique_ptr<InitiatorSocket> device;    ///< bound to GITS_TRANSLATER, unless made without
  std::unique_ptr<InitiatorSocket> messages;  ///< bound to the frame of SPIs, where there is one
  InitiatorSocket gicd{"gicd"};
  InitiatorSocket gits{"gits"};
  std::vector<std::unique_ptr<InitiatorSocket>> gicr;

  /// Which ITS what follows goes to: its registers and queue, `bring_up_its`, and doorbells.
  void use(unsigned its) { its_ = its; }

  /// Runs a task to its end; fails the test when that takes more than `limit`.
  void run(Task<void> task, Time limit = 100 * millisecond);
  void advance(Time duration);
  /// The kernel's time, between calls.
  static Time time() { return sc_core::sc_time_stamp().value(); }

  /// All processors are in that state from now on; accesses are of its Security state. Non-secure
  /// EL1 until said otherwise.
  void run_at(const PeState& state);

  std::uint64_t read(InitiatorSocket& socket, std::uint64_t offset, unsigned size);
  /// Returns whether the response was OK.
  bool write(InitiatorSocket& socket, std::uint64_t offset, unsigned size, std::uint64_t data);
  std::uint64_t read_icc(unsigned processor, std::uint32_t encoding);
  void write_icc(unsigned processor, std::uint32_t encoding, std::uint64_t value);

  /// As Linux brings it up: distributor, redistributors with LPI tables, CPU interfaces, ITS with
  /// collection i to processor i.
  void bring_up();
  void bring_up_redistributor(unsigned processor, bool pending_table_zero = false);
  void bring_up_its();

  /// Appends commands to the queue and waits until GITS_CREADR has passed them (or the queue has
  /// stalled).
  void issue(const std::vector<ItsCommand>& commands);
  /// Appends them and doesn't wait for their effect.
  void post(const std::vector<ItsCommand>& commands);
  /// The same, but GITS_CWRITER is written when the simulation goes on.
  void post_later(const std::vector<ItsCommand>& commands);
  /// Writes one over the queue's entry at `offset`.
  void put(std::uint64_t offset, const ItsCommand& command);
  /// A SYNC to each processor.
  void sync();
  void map_device(std::uint32_t DeviceID, unsigned event_bits = 5);
  void map_event(std::uint32_t DeviceID, std::uint32_t EventID, std::uint32_t INTID,
                 std::uint16_t ICID = 0);
  void configure(std::uint32_t INTID, std::uint8_t byte) {
    memory.poke(configuration_table + INTID - first_lpi, byte);
  }

  /// An MSI; returns whether it was accepted with an OK response.
  bool doorbell(std::uint32_t DeviceID, std::uint32_t EventID);
  /// Sends MSIs without waiting for responses, one after the other, `interval` apart.
  void send_stream(std::vector<std::pair<std::uint32_t, std::uint32_t>> events, Time interval);
  std::uint64_t streamed = 0;  ///< responses to those
  /// Starts `task` and doesn't wait for it.
  void spawn(Task<void> task) { tasks_.start_at(time(), std::move(task)); }
  Task<void> send(std::uint32_t DeviceID, std::uint32_t EventID, bool& ok, unsigned width = 4);

  std::uint32_t acknowledge(unsigned processor) {
    return static_cast<std::uint32_t>(read_icc(processor, ICC_IAR1_EL1));
  }
  void end(unsigned processor, std::uint32_t INTID) { write_icc(processor, ICC_EOIR1_EL1, INTID); }
  std::uint64_t counter(const std::string& path) const;
  /// Writes to a doorbell as a device does, with a Journey that begins in `stage`.
  Task<void> signal(InitiatorSocket& socket, std::uint64_t offset, unsigned size,
                    std::uint64_t data, StageId stage, bool& ok, std::uint32_t DeviceID = 0);
  /// GITS_TRANSLATER's frame of an ITS.
  InitiatorSocket& translater_of(unsigned its) {
    return its == 0 ? *device : *further_[its - 1].device;
  }

  // How `bring_up_its` makes the tables. A first level of collections leads to one page for its
  // first entry; of devices to none.
  TableLayout device_layout, collection_layout;
  /// Makes an entry of a first level valid, without a command: a page for the second.
  void provide(std::uint64_t table, std::uint64_t index, std::uint64_t page);
  /// RDbase of a processor.
  std::uint64_t rdbase(unsigned processor) const;

 private:
  /// Binds with a protocol checker between, which must have seen nothing wrong at the end.
  void connect(InitiatorSocket& initiator, TargetSocket& target);
  Task<void> access(InitiatorSocket& socket, tlm::tlm_command command, std::uint64_t address,
                    unsigned size, std::uint64_t& data, bool& ok);
  Task<void> stream(std::vector<std::pair<std::uint32_t, std::uint32_t>> events, Time interval);
  Task<void> stream_one(std::uint32_t DeviceID, std::uint32_t EventID);
  Task<void> watch(Task<void> task);
  Task<void> write_CWRITER(InitiatorSocket& its, std::uint64_t value);
  void append(const std::vector<ItsCommand>& commands);

  PeState state_;
  std::vector<std::unique_ptr<ProtocolChecker>> checkers_;
  bool physical_targets_;
  bool finished_ = false;
  /// Of the ITS in use.
  InitiatorSocket& control() { return its_ == 0 ? gits : *further_[its_ - 1].control; }
  InitiatorSocket& translater() { return translater_of(its_); }

  struct FurtherIts {
    std::unique_ptr<InitiatorSocket> control, device;
  };
  std::vector<FurtherIts> further_;
  unsigned its_ = 0;
  std::array<std::uint64_t, 16> written_{};  ///< GITS_CWRITER of each ITS
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell::gic::test
