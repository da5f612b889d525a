#include "tests/smmu/block/bench.h"

#include <variant>

namespace doorbell::smmu::test {

Bench::Bench(const SmmuParameters& parameters, unsigned memory_depth, unsigned log2_events,
             const sc_core::sc_module_name& module_name)
    : Module(module_name),
      smmu("smmu", parameters),
      memory("memory", 40 * nanosecond, memory_depth),
      cpu("cpu"),
      device_reads("device_reads"),
      device_writes("device_writes"),
      eventq_in("eventq_in", [this](bool level) { eventq_edges += level; }),
      gerror_in("gerror_in", [this](bool level) { gerror_edges += level; }),
      sync_in("sync_in", [this](bool level) { sync_edges += level; }),
      wake_in("wake_in", [this](bool level) { wake_edges += level; }),
      log2_events_(log2_events) {
  connect(device_reads, smmu.upstream_reads());
  connect(device_writes, smmu.upstream_writes());
  connect(cpu, smmu.registers());
  for (unsigned n = 1; n < smmu.tbu_count(); ++n) {
    const std::string number = std::to_string(n);
    further_reads.push_back(std::make_unique<InitiatorSocket>(("device_reads" + number).c_str()));
    further_writes.push_back(std::make_unique<InitiatorSocket>(("device_writes" + number).c_str()));
    connect(*further_reads.back(), smmu.upstream_reads(n));
    connect(*further_writes.back(), smmu.upstream_writes(n));
  }
  for (unsigned n = 0; n < smmu.tbu_count(); ++n) {
    connect(smmu.downstream_reads(n), memory.socket_of_port(0));
    connect(smmu.downstream_writes(n), memory.socket_of_port(0));
  }
  connect(smmu.tables(), memory.socket_of_port(1));
  connect(smmu.queues(), memory.socket_of_port(2));
  if (smmu.tcu.table_updates) connect(smmu.table_updates(), memory.socket_of_port(3));
  smmu.tcu.eventq.bind(eventq_in);
  smmu.tcu.gerror.bind(gerror_in);
  smmu.tcu.cmdq_sync.bind(sync_in);
  smmu.tcu.wake_event.bind(wake_in);
}

void Bench::connect(InitiatorSocket& from, TargetSocket& to) {
  const std::string checker_name = "checker" + std::to_string(checkers.size());
  checkers.push_back(std::make_unique<ProtocolChecker>(checker_name.c_str()));
  from.bind(checkers.back()->upstream);
  checkers.back()->downstream.bind(to);
}

Task<void> Bench::run_and_note(Task<void> script) {
  co_await script;
  finished_ = true;
}

void Bench::run(Task<void> script) {
  finished_ = false;
  tasks_.spawn(run_and_note(std::move(script)));
  sc_core::sc_start(10, sc_core::SC_MS);
  EXPECT_TRUE(finished_) << "the script is stuck";
  for (const auto& checker : checkers) {
    EXPECT_EQ(checker->violations(), 0u)
        << (checker->messages().empty() ? "" : checker->messages()[0]);
  }
}

Task<void> Bench::write(std::uint64_t offset, std::uint64_t value, unsigned size) {
  const PayloadReference p = simulation().payloads().take(tlm::TLM_WRITE_COMMAND, offset, size);
  for (unsigned i = 0; i < size; ++i)
    p->data()[i] = static_cast<std::uint8_t>(value >> (8 * i));
  co_await cpu.transport(*p);
  EXPECT_TRUE(p->is_response_ok());
}

Task<std::uint64_t> Bench::read(std::uint64_t offset, unsigned size) {
  const PayloadReference p = simulation().payloads().take(tlm::TLM_READ_COMMAND, offset, size);
  co_await cpu.transport(*p);
  EXPECT_TRUE(p->is_response_ok());
  std::uint64_t value = 0;
  for (unsigned i = 0; i < size; ++i)
    value |= std::uint64_t{p->data()[i]} << (8 * i);
  co_return value;
}

Task<void> Bench::write_and_poll(std::uint64_t offset, std::uint64_t acknowledge,
                                 std::uint64_t value) {
  co_await write(offset, value);
  while (true) {
    const std::uint64_t now_reads = co_await read(acknowledge);
    if (now_reads == value) co_return;
    co_await sleep(10 * nanosecond);
  }
}

Task<void> Bench::enable() {
  co_await write_and_poll(CR0, CR0ACK, 0);
  co_await write(CR1, 0xd75);
  co_await write(CR2, 0x6);
  co_await write(STRTAB_BASE, stream_table | 1ULL << 62, 8);
  co_await write(STRTAB_BASE_CFG, strtab_base_cfg);
  co_await write(CMDQ_BASE, command_queue | log2_commands | 1ULL << 62, 8);
  co_await write(CMDQ_PROD, 0);
  co_await write(CMDQ_CONS, 0);
  co_await write_and_poll(CR0, CR0ACK, 8);
  co_await command_and_sync(Command{.opcode = Opcode::CMD_CFGI_STE_RANGE, .range = 31});
  co_await command_and_sync(Command{.opcode = Opcode::CMD_TLBI_NSNH_ALL});
  co_await write(EVTQ_BASE, event_queue | log2_events_ | 1ULL << 62, 8);
  co_await write(EVTQ_PROD, 0);
  co_await write(EVTQ_CONS, 0);
  co_await write_and_poll(CR0, CR0ACK, 0xc);
  co_await write_and_poll(IRQ_CTRL, IRQ_CTRLACK, 5);
  co_await write_and_poll(CR0, CR0ACK, 0xd);
}

void Bench::post(const CommandWords& words) {
  const std::uint32_t entries = 1u << log2_commands;
  const std::uint64_t at = command_queue + 16ULL * (prod_ % entries);
  memory.store(at, words[0]);
  memory.store(at + 8, words[1]);
  prod_ = (prod_ + 1) % (2 * entries);
}

Task<void> Bench::drained() {
  while (true) {
    const std::uint64_t cons = co_await read(CMDQ_CONS);
    if ((cons & 0xfffff) == prod_) co_return;
    co_await sleep(10 * nanosecond);
  }
}

Task<void> Bench::command_and_sync(Command command) {
  post(command);
  post(Command{});
  co_await ring();
  co_await drained();
}

void Bench::store_ste(std::uint32_t stream, std::uint64_t word0, std::uint64_t word1) {
  memory.store(ste_of(stream) + 8, word1);
  memory.store(ste_of(stream), word0);
}

void Bench::translate_stream(std::uint32_t stream, std::uint16_t asid, std::uint64_t root,
                             std::uint64_t cd_flags) {
  const std::uint64_t cd = context_of(stream);
  memory.store(cd + 8, root);
  memory.store(cd + 24, 0x0004'ff44);
  memory.store(cd, (16 | 1u << 30 | 1u << 31 | 4ULL << 32 | 1ULL << 41 | 1ULL << 45 | 1ULL << 46 |
                    std::uint64_t{asid} << 48) ^
                       cd_flags);
  store_ste(stream, 1 | 5 << 1 | cd, 2);
}

std::uint64_t Bench::descriptor(std::uint64_t va, unsigned level, std::uint64_t root) {
  std::uint64_t table = root;
  for (unsigned n = 0; n < level; ++n) {
    const std::uint64_t at = table + 8 * (va >> (39 - 9 * n) & 0x1ff);
    if ((memory.load(at) & 1) == 0) {
      memory.store(at, next_table_ | 3);
      next_table_ += 0x1000;
    }
    table = memory.load(at) & 0x0000'ffff'ffff'f000;
  }
  return table + 8 * (va >> (39 - 9 * level) & 0x1ff);
}

std::uint64_t Bench::map(std::uint64_t va, std::uint64_t pa, std::uint64_t flags,
                         std::uint64_t root) {
  const std::uint64_t at = descriptor(va, 3, root);
  memory.store(at, pa | flags);
  return at;
}

InitiatorSocket& Bench::socket_of(const Dma& d) {
  if (d.tbu == 0) return d.write ? device_writes : device_reads;
  return *(d.write ? further_writes : further_reads)[d.tbu - 1];
}

Task<void> Bench::dma(Dma& d) {
  const PayloadReference p = simulation().payloads().take(
      d.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND, d.address, d.size);
  Requester& r = p->requester();
  r.stream_id = d.stream;
  r.order_domain = d.order_domain;
  r.is_posted = d.order_domain != 0;
  r.relaxed_ordering = d.relaxed_ordering;
  r.privileged = d.privileged;
  r.instruction = d.instruction;
  r.has_pasid = d.pasid;
  r.pasid = d.substream;
  r.may_stall = d.may_stall;
  r.journey = d.journey;
  // What a read leaves alone comes back as it was.
  for (unsigned i = 0; i < d.size; ++i)
    p->data()[i] = static_cast<std::uint8_t>(d.data >> (8 * (i % 8)));
  if (!d.byte_enables.empty()) {
    p->set_byte_enable_ptr(d.byte_enables.data());
    p->set_byte_enable_length(static_cast<unsigned>(d.byte_enables.size()));
  }
  d.started = now();
  co_await socket_of(d).transport(*p);
  d.ended = now();
  d.ok = p->is_response_ok();
  d.done = true;
  if (!d.write) {
    d.data = 0;
    for (unsigned i = 0; i < std::min(d.size, 8u); ++i)
      d.data |= std::uint64_t{p->data()[i]} << (8 * i);
  }
}

unsigned Bench::debug_read(std::uint32_t stream, std::uint64_t address, std::uint64_t& data) {
  const PayloadReference p = simulation().payloads().take(tlm::TLM_READ_COMMAND, address, 8);
  p->requester().stream_id = stream;
  const unsigned bytes = device_reads.transport_debug(*p);
  data = load_little_endian<std::uint64_t>(p->data());
  EXPECT_EQ(p->get_address(), address);
  return bytes;
}

Task<std::vector<EventRecord>> Bench::take_events() {
  co_await sleep(microsecond);
  const std::uint64_t prod = co_await read(EVTQ_PROD);
  const std::uint32_t wrap = 2u << log2_events_;
  std::vector<EventRecord> events;
  while (event_cons_ != prod % wrap) {
    const std::uint64_t at = event_queue + 32ULL * (event_cons_ % (1u << log2_events_));
    events.push_back(
        {memory.load(at), memory.load(at + 8), memory.load(at + 16), memory.load(at + 24)});
    event_cons_ = (event_cons_ + 1) % wrap;
  }
  co_await write(EVTQ_CONS, event_cons_ | (prod & 1u << 31));
  co_return events;
}

std::uint64_t Bench::counter(const std::string& path, std::string_view value) const {
  const Statistic* const statistic = simulation().statistics().find("bench.smmu." + path);
  if (statistic == nullptr) {
    ADD_FAILURE() << "no statistic " << path;
    return 0;
  }
  StatisticValues values;
  statistic->values(values);
  for (const StatisticValue& v : values) {
    if (v.name != value) continue;
    if (const auto* number = std::get_if<std::uint64_t>(&v.number)) return *number;
    if (const auto* number = std::get_if<std::int64_t>(&v.number)) {
      return static_cast<std::uint64_t>(*number);
    }
  }
  ADD_FAILURE() << path << " has no value " << value;
  return 0;
}

}  // namespace doorbell::smmu::test
