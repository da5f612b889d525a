#pragma once

#include <gtest/gtest.h>

#include "doorbell/core/protocol_checker.h"
#include "doorbell/smmu/arch/command.h"
#include "doorbell/smmu/arch/event.h"
#include "doorbell/smmu/smmu.h"
#include "tests/smmu/block/memory.h"

namespace doorbell::smmu::test {

/// What a transaction of a test is like, and how it ended.
struct Dma {
  std::uint32_t stream = 1;
  std::uint64_t address = 0;
  bool write = false;
  std::uint64_t data = 0;
  unsigned size = 8;
  std::uint32_t order_domain = 0;  ///< Non-zero: a posted write of that domain.
  bool relaxed_ordering = false;
  bool privileged = false;
  bool instruction = false;
  bool pasid = false;
  std::uint32_t substream = 0;  ///< With `pasid`.
  bool may_stall = false;
  JourneyHandle journey;
  std::vector<std::uint8_t> byte_enables;  ///< As of a payload: empty for all bytes.
  unsigned tbu = 0;                        ///< By which it goes.

  bool done = false;
  bool ok = false;
  Time started = 0;
  Time ended = 0;
  Time took() const { return ended - started; }
};

/// An SMMU between a device, one at each of its TBUs, and a memory, with software that programs it
/// as tests say: scripts are tasks.
class Bench : public Module {
 public:
  // Where things are in memory.
  static constexpr std::uint64_t stream_table = 0x8000'0000;
  static constexpr std::uint64_t command_queue = 0x8100'0000;
  static constexpr std::uint64_t event_queue = 0x8200'0000;
  static constexpr std::uint64_t contexts = 0x8300'0000;
  static constexpr std::uint64_t tables = 0x9000'0000;
  static constexpr unsigned log2_streams = 6;
  static constexpr unsigned log2_commands = 8;

  // Registers (offsets of Linux's arm-smmu-v3.h).
  enum : std::uint64_t {
    CR0 = 0x20,
    CR0ACK = 0x24,
    CR1 = 0x28,
    CR2 = 0x2c,
    GBPA = 0x44,
    IRQ_CTRL = 0x50,
    IRQ_CTRLACK = 0x54,
    GERROR = 0x60,
    GERRORN = 0x64,
    GERROR_IRQ_CFG0 = 0x68,
    GERROR_IRQ_CFG1 = 0x70,
    STRTAB_BASE = 0x80,
    STRTAB_BASE_CFG = 0x88,
    CMDQ_BASE = 0x90,
    CMDQ_PROD = 0x98,
    CMDQ_CONS = 0x9c,
    EVTQ_BASE = 0xa0,
    EVTQ_IRQ_CFG0 = 0xb0,
    EVTQ_IRQ_CFG1 = 0xb8,
    EVTQ_PROD = 0x100a8,
    EVTQ_CONS = 0x100ac
  };

  explicit Bench(const SmmuParameters& parameters = {}, unsigned memory_depth = 64,
                 unsigned log2_events = 4, const sc_core::sc_module_name& name = "bench");

  Smmu smmu;
  Memory memory;
  /// What `enable` makes of the stream table, and where its STEs are.
  std::uint32_t strtab_base_cfg = log2_streams;
  std::uint64_t entries = stream_table;
  unsigned eventq_edges = 0;
  unsigned gerror_edges = 0;
  unsigned sync_edges = 0;
  unsigned wake_edges = 0;

  /// Runs a script to its end (and all that it started), within simulated 10 ms.
  void run(Task<void> script);
  /// A part of a script that goes on by itself.
  void start(Task<void> part) { tasks_.spawn(std::move(part)); }
  Task<void> sleep(Time time) { co_await Delay{scheduler(), time}; }

  // Software
  Task<void> write(std::uint64_t offset, std::uint64_t value, unsigned size = 4);
  Task<std::uint64_t> read(std::uint64_t offset, unsigned size = 4);
  Task<void> write_and_poll(std::uint64_t offset, std::uint64_t acknowledge, std::uint64_t value);
  /// As Linux does: tables and queues, then CR0 step by step up to SMMUEN.
  Task<void> enable();
  /// Puts a command into the queue, without telling.
  void post(const Command& command) { post(encode(command)); }
  void post(const CommandWords& words);
  Task<void> ring() { co_await write(CMDQ_PROD, prod_); }
  /// Waits until CONS has come to PROD.
  Task<void> drained();
  Task<void> command(Command command) {
    post(command);
    co_await ring();
    co_await drained();
  }
  /// The command, CMD_SYNC, and waiting for it.
  Task<void> command_and_sync(Command command);
  Task<void> sync() { co_await command(Command{}); }

  // Tables, written as a driver would, without invalidations
  void abort_stream(std::uint32_t stream) { store_ste(stream, 1); }
  void bypass_stream(std::uint32_t stream) { store_ste(stream, 1 | 4 << 1); }
  void invalid_stream(std::uint32_t stream) { store_ste(stream, 0); }
  void translate_stream(std::uint32_t stream, std::uint16_t asid = 5, std::uint64_t root = tables,
                        std::uint64_t cd_flags = 0);
  std::uint64_t context_of(std::uint32_t stream) const { return contexts + 64ULL * stream; }
  std::uint64_t ste_of(std::uint32_t stream) const { return entries + 64ULL * stream; }
  /// Maps a page and returns where its descriptor is.
  std::uint64_t map(std::uint64_t va, std::uint64_t pa, std::uint64_t flags = page_rw,
                    std::uint64_t root = tables);
  /// Where the descriptor of `level` for `va` is; tables on the way are made.
  std::uint64_t descriptor(std::uint64_t va, unsigned level, std::uint64_t root = tables);
  static constexpr std::uint64_t page_rw =
      3 | 1 << 6 | 3 << 8 | 1 << 10 | 1 << 11;  // AP, SH, AF, nG
  static constexpr std::uint64_t page_ro = page_rw | 1 << 7;

  // Devices
  Task<void> dma(Dma& dma);
  Task<Dma> dma_of(Dma what) {
    co_await dma(what);
    co_return what;
  }
  Task<bool> can_write(std::uint32_t stream, std::uint64_t address) {
    Dma d{.stream = stream, .address = address, .write = true};
    co_await dma(d);
    co_return d.ok;
  }
  unsigned debug_read(std::uint32_t stream, std::uint64_t address, std::uint64_t& data);

  // What is in the Event queue, read as software would
  std::uint32_t event_count() const { return events_seen_; }
  Task<std::vector<EventRecord>> take_events();

  std::uint32_t prod() const { return prod_; }
  InitiatorSocket cpu;
  InitiatorSocket device_reads;
  InitiatorSocket device_writes;
  /// Of the devices at the second TBU and on.
  std::vector<std::unique_ptr<InitiatorSocket>> further_reads, further_writes;
  /// On every TLM socket of the SMMU; `run` expects them silent.
  std::vector<std::unique_ptr<ProtocolChecker>> checkers;
  WireIn eventq_in, gerror_in, sync_in, wake_in;

  /// A statistic of the SMMU by its path below it: "tcu.merged_walks".
  std::uint64_t counter(const std::string& path, std::string_view value = "value") const;

 private:
  void connect(InitiatorSocket& from, TargetSocket& to);
  InitiatorSocket& socket_of(const Dma& dma);
  void store_ste(std::uint32_t stream, std::uint64_t word0, std::uint64_t word1 = 0);
  Task<void> run_and_note(Task<void> script);

  std::uint32_t prod_ = 0;
  std::uint32_t events_seen_ = 0;
  std::uint32_t event_cons_ = 0;
  unsigned log2_events_;
  std::uint64_t next_table_ = tables + 0x1000;
  bool finished_ = false;
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell::smmu::test
