#include "tests/gic/gic_bench.h"

#include <gtest/gtest.h>

#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic::test {

Memory::Memory(const sc_core::sc_module_name& name)
    : Module(name),
      its("its", tasks_, {64, 64}, [this](Payload& payload) { return serve(payload, true); }),
      lpis("lpis", tasks_, {64, 64}, [this](Payload& payload) { return serve(payload, false); }) {}

TargetSocket& Memory::add_its() {
  const std::string name = "its" + std::to_string(further_.size() + 1);
  further_.push_back(
      std::make_unique<TargetSocket>(name.c_str(), tasks_, BufferDepth{64, 64},
                                     [this](Payload& payload) { return serve(payload, true); }));
  return *further_.back();
}

void Memory::poke(std::uint64_t address, std::span<const std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes) {
    std::unique_ptr<Page>& page = pages_[address / page_bytes];
    if (page == nullptr) page = std::make_unique<Page>();
    (*page)[address++ % page_bytes] = byte;
  }
}

std::uint8_t Memory::peek(std::uint64_t address) const {
  const auto page = pages_.find(address / page_bytes);
  return page == pages_.end() ? 0 : (*page->second)[address % page_bytes];
}

Task<void> Memory::serve(Payload& payload, bool of_its) {
  const std::uint64_t address = payload.get_address();
  const unsigned size = payload.get_data_length();
  ++(payload.is_read() ? (of_its ? its_reads : lpi_reads) : (of_its ? its_writes : lpi_writes));
  if (payload.is_read() && of_its) highest_its_reads = std::max(highest_its_reads, ++reading_);
  // A read sees what was there when it came.
  for (unsigned i = 0; payload.is_read() && i < size; ++i)
    payload.get_data_ptr()[i] = peek(address + i);
  co_await Delay{scheduler(), of_its ? latency : latency + more_for_lpis};
  if (payload.is_read() && of_its) --reading_;
  if (address / page_bytes == faulty / page_bytes) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    co_return;
  }
  if (payload.is_write()) poke(address, {payload.get_data_ptr(), size});
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

Processor::Processor(const sc_core::sc_module_name& name) : Module(name), socket("socket") {
  socket.bind(static_cast<CpuInterfaceBackward&>(*this));
}

void Processor::set_line(Line line, bool level, Time at) {
  (line == Line::irq ? irq : fiq) = level;
  irq_changed = at;
  if (irq) irq_raised = at;
  if (irq) raised_.notify_all();
}

Task<void> Processor::handle_forever(Time handler) {
  for (;;) {
    while (!irq)
      co_await raised_.wait();
    if (irq_changed > now()) co_await Delay{scheduler(), irq_changed - now()};
    const CpuInterfaceForward::Value value = co_await socket->read_register(ICC_IAR1_EL1);
    if (value.value == spurious_INTID) continue;
    handled.push_back(static_cast<std::uint32_t>(value.value));
    handled_at.push_back(now());
    co_await Delay{scheduler(), handler};
    co_await socket->write_register(ICC_EOIR1_EL1, value.value);
  }
}

Bench::Bench(const GicParameters& parameters, unsigned count, const sc_core::sc_module_name& name,
             bool with_device)
    : Module(name),
      gic("gic", parameters, affinities_of_virt(count)),
      physical_targets_(parameters.its.physical_targets) {
  connect(gic.lpi_memory, memory.lpis);
  if (gic.its_count() == 0) {
    connect(gits, memory.its);  // there is nothing else that they could be for
  } else {
    connect(gic.its().memory, memory.its);
    connect(gits, gic.its().control);
  }
  if (with_device && gic.its_count() != 0) {
    device = std::make_unique<InitiatorSocket>("device");
    connect(*device, gic.its().translater);
  }
  if (gic.message_frame() != nullptr) {
    messages = std::make_unique<InitiatorSocket>("messages");
    connect(*messages, gic.message_frame()->registers);
  }
  for (unsigned i = 1; i < gic.its_count(); ++i) {
    const std::string number = std::to_string(i);
    connect(gic.its(i).memory, memory.add_its());
    further_.push_back({std::make_unique<InitiatorSocket>(("gits" + number).c_str()),
                        std::make_unique<InitiatorSocket>(("device" + number).c_str())});
    connect(*further_.back().control, gic.its(i).control);
    connect(*further_.back().device, gic.its(i).translater);
  }
  connect(gicd, gic.distributor().registers);
  for (unsigned i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    processors.push_back(std::make_unique<Processor>(("processor" + number).c_str()));
    processors.back()->socket.bind(gic.cpu_interface(i).socket);
    gicr.push_back(std::make_unique<InitiatorSocket>(("gicr" + number).c_str()));
    connect(*gicr.back(), gic.redistributor(i).registers);
  }
}

Bench::~Bench() {
  for (const auto& checker : checkers_) {
    EXPECT_EQ(checker->violations(), 0u) << checker->name() << ": " << checker->messages().front();
  }
}

void Bench::connect(InitiatorSocket& initiator, TargetSocket& target) {
  const std::string name = "checker" + std::to_string(checkers_.size());
  checkers_.push_back(std::make_unique<ProtocolChecker>(name.c_str()));
  initiator.bind(checkers_.back()->upstream);
  checkers_.back()->downstream.bind(target);
}

Task<void> Bench::watch(Task<void> task) {
  co_await task;
  finished_ = true;
  sc_core::sc_pause();
}

void Bench::run(Task<void> task, Time limit) {
  finished_ = false;
  spawn(watch(std::move(task)));
  const Time end = time() + limit;
  while (!finished_ && time() < end)
    advance(microsecond);
  ASSERT_TRUE(finished_) << "not done after " << limit << " ps";
}

void Bench::advance(Time duration) {
  sc_core::sc_start(sc_core::sc_time::from_value(duration));
}

Task<void> Bench::access(InitiatorSocket& socket, tlm::tlm_command command, std::uint64_t address,
                         unsigned size, std::uint64_t& data, bool& ok) {
  PayloadReference payload = simulation().payloads().take(command, address, size);
  for (unsigned i = 0; i < size; ++i)
    payload->data()[i] = static_cast<std::uint8_t>(data >> (8 * i));
  if (view_of(state_, true).secure) payload->requester().secure = true;
  co_await socket.transport(*payload);
  ok = payload->is_response_ok();
  if (command != tlm::TLM_READ_COMMAND) co_return;
  data = 0;
  for (unsigned i = 0; i < size; ++i)
    data |= std::uint64_t{payload->data()[i]} << (8 * i);
}

void Bench::run_at(const PeState& state) {
  state_ = state;
  for (const auto& processor : processors)
    processor->socket->set_state(state);
}

std::uint64_t Bench::read(InitiatorSocket& socket, std::uint64_t offset, unsigned size) {
  std::uint64_t data = 0;
  bool ok = false;
  run(access(socket, tlm::TLM_READ_COMMAND, offset, size, data, ok));
  EXPECT_TRUE(ok);
  return data;
}

bool Bench::write(InitiatorSocket& socket, std::uint64_t offset, unsigned size,
                  std::uint64_t data) {
  bool ok = false;
  run(access(socket, tlm::TLM_WRITE_COMMAND, offset, size, data, ok));
  return ok;
}

namespace {

Task<void> read_register(Processor& processor, std::uint32_t encoding, PeState who,
                         std::uint64_t& value) {
  const CpuInterfaceForward::Value result = co_await processor.socket->read_register(encoding, who);
  EXPECT_TRUE(result.done());
  value = result.value;
}

Task<void> write_register(Processor& processor, std::uint32_t encoding, std::uint64_t value,
                          PeState who) {
  const SystemAccess outcome = co_await processor.socket->write_register(encoding, value, who);
  EXPECT_EQ(outcome, SystemAccess::done);
}

}  // namespace

std::uint64_t Bench::read_icc(unsigned processor, std::uint32_t encoding) {
  std::uint64_t value = 0;
  run(read_register(*processors[processor], encoding, state_, value));
  return value;
}

void Bench::write_icc(unsigned processor, std::uint32_t encoding, std::uint64_t value) {
  run(write_register(*processors[processor], encoding, value, state_));
}

void Bench::bring_up() {
  write(gicd, 0x0000, 4, 0x13);
  for (unsigned i = 0; i < processors.size(); ++i)
    bring_up_redistributor(i);
  if (gic.its_count() != 0) bring_up_its();
}

void Bench::bring_up_redistributor(unsigned i, bool pending_table_zero) {
  InitiatorSocket& rd = *gicr[i];
  write(rd, 0x0014, 4, 0);  // GICR_WAKER
  write(rd, 0x10080, 4, ~0u);
  write(rd, 0x0070, 8, configuration_table | 7 << 7 | 1 << 10 | 15);
  write(
      rd, 0x0078, 8,
      std::uint64_t{pending_table_zero} << 62 | (pending_tables + i * 0x10000) | 7 << 7 | 1 << 10);
  write(rd, 0x0000, 4, 1);  // GICR_CTLR.EnableLPIs
  write_icc(i, ICC_PMR_EL1, 0xF0);
  write_icc(i, ICC_BPR1_EL1, 0);
  write_icc(i, ICC_IGRPEN1_EL1, 1);
}

void Bench::bring_up_its() {
  const auto base = [](const TableLayout& layout, std::uint64_t table) {
    return std::uint64_t{layout.provided} << 63 | std::uint64_t{layout.two_levels} << 62 |
           7ULL << 59 | table | 1 << 10 | layout.page_code << 8 | (layout.pages - 1);
  };
  const std::uint64_t further = its_ * per_its;
  write(control(), 0x0100, 8, base(device_layout, device_table + further));
  write(control(), 0x0108, 8, base(collection_layout, collection_table + further));
  if (collection_layout.two_levels) provide(collection_table, 0, collection_table + 0x10000);
  write(control(), 0x0080, 8, 1ULL << 63 | 7ULL << 59 | 1 << 10 | (queue_base + further) | 15);
  write(control(), 0x0088, 8, 0);
  written_[its_] = 0;
  write(control(), 0x0000, 4, 1);
  std::vector<ItsCommand> commands;
  for (unsigned i = 0; i < processors.size(); ++i) {
    const auto ICID = static_cast<std::uint16_t>(i);
    commands.push_back({.opcode = ItsOpcode::MAPC, .ICID = ICID, .RDbase = rdbase(i), .V = true});
    commands.push_back({.opcode = ItsOpcode::SYNC, .RDbase = rdbase(i)});
    commands.push_back({.opcode = ItsOpcode::INVALL, .ICID = ICID});
    commands.push_back({.opcode = ItsOpcode::SYNC, .RDbase = rdbase(i)});
  }
  issue(commands);
}

void Bench::put(std::uint64_t offset, const ItsCommand& command) {
  const ItsCommandWords words = encode(command);
  std::array<std::uint8_t, its_command_bytes> bytes{};
  for (unsigned i = 0; i < words.size(); ++i) {
    store_little_endian<std::uint64_t>(std::span(bytes).subspan(8 * i, 8), words[i]);
  }
  memory.poke(queue_base + its_ * per_its + offset, bytes);
}

void Bench::append(const std::vector<ItsCommand>& commands) {
  for (const ItsCommand& command : commands) {
    put(written_[its_], command);
    written_[its_] = (written_[its_] + its_command_bytes) % queue_bytes;
  }
}

void Bench::post(const std::vector<ItsCommand>& commands) {
  append(commands);
  write(control(), 0x0088, 4, written_[its_]);
}

Task<void> Bench::write_CWRITER(InitiatorSocket& its, std::uint64_t value) {
  bool ok = false;
  co_await access(its, tlm::TLM_WRITE_COMMAND, 0x0088, 4, value, ok);
  EXPECT_TRUE(ok);
}

void Bench::post_later(const std::vector<ItsCommand>& commands) {
  append(commands);
  spawn(write_CWRITER(control(), written_[its_]));
}

void Bench::issue(const std::vector<ItsCommand>& commands) {
  post(commands);
  for (int polls = 0; polls < 100'000; ++polls) {
    advance(100 * nanosecond);
    const std::uint64_t CREADR = read(control(), 0x0090, 4);
    if (CREADR == written_[its_] || (CREADR & 1) != 0) return;
  }
  FAIL() << "the command queue doesn't drain";
}

void Bench::sync() {
  std::vector<ItsCommand> commands;
  for (unsigned i = 0; i < processors.size(); ++i)
    commands.push_back({.opcode = ItsOpcode::SYNC, .RDbase = rdbase(i)});
  issue(commands);
}

void Bench::provide(std::uint64_t table, std::uint64_t index, std::uint64_t page) {
  std::array<std::uint8_t, 8> entry{};
  store_little_endian<std::uint64_t>(entry, 1ULL << 63 | page);
  memory.poke(table + 8 * index, entry);
}

std::uint64_t Bench::rdbase(unsigned processor) const {
  return physical_targets_ ? (0x080A'0000 + processor * GICR_bytes) >> 16 : processor;
}

void Bench::map_device(std::uint32_t DeviceID, unsigned event_bits) {
  issue({{.opcode = ItsOpcode::MAPD,
          .DeviceID = DeviceID,
          .ITT_addr = itts + std::uint64_t{DeviceID} * 0x100000,
          .Size = static_cast<std::uint8_t>(event_bits - 1),
          .V = true}});
}

void Bench::map_event(std::uint32_t DeviceID, std::uint32_t EventID, std::uint32_t INTID,
                      std::uint16_t ICID) {
  issue({{.opcode = ItsOpcode::MAPTI,
          .DeviceID = DeviceID,
          .EventID = EventID,
          .pINTID = INTID,
          .ICID = ICID}});
}

Task<void> Bench::send(std::uint32_t DeviceID, std::uint32_t EventID, bool& ok, unsigned width) {
  PayloadReference payload =
      simulation().payloads().take(tlm::TLM_WRITE_COMMAND, GITS_TRANSLATER_offset, width);
  for (unsigned i = 0; i < width; ++i)
    payload->data()[i] = static_cast<std::uint8_t>(EventID >> (8 * i));
  payload->requester().device_id = DeviceID;
  co_await translater().transport(*payload);
  ok = payload->is_response_ok();
}

bool Bench::doorbell(std::uint32_t DeviceID, std::uint32_t EventID) {
  bool ok = false;
  run(send(DeviceID, EventID, ok));
  return ok;
}

Task<void> Bench::stream_one(std::uint32_t DeviceID, std::uint32_t EventID) {
  bool ok = false;
  co_await send(DeviceID, EventID, ok);
  EXPECT_TRUE(ok);
  ++streamed;
}

Task<void> Bench::stream(std::vector<std::pair<std::uint32_t, std::uint32_t>> events,
                         Time interval) {
  for (const auto& [DeviceID, EventID] : events) {
    tasks_.start(stream_one(DeviceID, EventID));
    co_await Delay{scheduler(), interval};
  }
}

void Bench::send_stream(std::vector<std::pair<std::uint32_t, std::uint32_t>> events,
                        Time interval) {
  spawn(stream(std::move(events), interval));
}

Task<void> Bench::signal(InitiatorSocket& socket, std::uint64_t offset, unsigned size,
                         std::uint64_t data, StageId stage, bool& ok, std::uint32_t DeviceID) {
  PayloadReference payload = simulation().payloads().take(tlm::TLM_WRITE_COMMAND, offset, size);
  for (unsigned i = 0; i < size; ++i)
    payload->data()[i] = static_cast<std::uint8_t>(data >> (8 * i));
  const auto EventID = static_cast<std::uint32_t>(data);
  payload->requester().device_id = DeviceID;
  payload->requester().journey =
      simulation().journeys().start({DeviceID, DeviceID, EventID}, stage, now());
  co_await socket.transport(*payload);
  ok = payload->is_response_ok();
  // As a root complex: nobody has taken it over.
  if (const JourneyHandle left = payload->requester().journey) {
    simulation().journeys().finish(left, ok ? Outcome::misdirected : Outcome::answered_with_error,
                                   now());
  }
}

std::uint64_t Bench::counter(const std::string& path) const {
  const Statistic* found = simulation().statistics().find("bench.gic." + path);
  const auto* counter = dynamic_cast<const Counter*>(found);
  EXPECT_NE(counter, nullptr) << path;
  return counter == nullptr ? 0 : counter->value();
}

}  // namespace doorbell::gic::test
