#include "doorbell/pcie/nvme/controller.h"

#include <bit>

#include "doorbell/core/arch/state.h"
#include "doorbell/core/under_way.h"

namespace doorbell::pcie::nvme {
namespace {

constexpr std::uint32_t page = 4096;

const std::shared_ptr<const RegisterMap>& register_map() {
  static const auto map = std::make_shared<const RegisterMap>(register_table());
  return map;
}

}  // namespace

Controller::Controller(const Context& context)
    : simulation_(context.simulation),
      tasks_(context.tasks),
      parameters_(context.endpoint.nvme),
      drive_(parameters_.drive, parameters_.write_through, parameters_.block_size),
      state_(parameters_, drive_.size(), context.group.path()),
      memory_(simulation_.scheduler(), context.port),
      server_({simulation_, tasks_, parameters_, state_, memory_, drive_,
               [this] { set_status(CSTS::CFS, 1); }},
              context.group),
      registers_(register_map()),
      cc_(registers_.handle("CC")),
      csts_(registers_.handle("CSTS")),
      control_(simulation_.scheduler()) {
  connect_registers();
}

void Controller::save(StateWriter& state) const {
  state.registers("registers", registers_);
  QueueServer::describe(server_, state);
  State::describe(state_, state);
  state.group("queues", [this](StateWriter& inner) { state_.queues.save(inner); });
  state.group("events", [this](StateWriter& inner) { state_.events.save(inner); });
}

void Controller::restore(StateReader& state) {
  state.registers("registers", registers_);
  QueueServer::describe(server_, state);
  State::describe(state_, state);
  state.group("queues", [this](StateReader& inner) { state_.queues.restore(inner); });
  state.group("events", [this](StateReader& inner) { state_.events.restore(inner); });
  // Without these queues the server would have nothing to look at.
  if (CSTS::RDY.test(csts_.get()) &&
      (state_.queues.submission(0) == nullptr || state_.queues.completion(0) == nullptr))
    state.refuse("queues", "an admin queue, as CSTS.RDY is 1", "none");
  server_.wake();
}

/// QEMU's.
FunctionIdentity Controller::identity() const {
  return {.vendor_id = 0x1b36,
          .device_id = 0x0010,
          .revision_id = 2,
          .class_code = 0x01'08'02,
          .subsystem_vendor_id = 0x1af4,
          .subsystem_id = 0x1100};
}

std::vector<BarInfo> Controller::bars() const {
  return {{0, std::bit_ceil(std::uint64_t{msix().pba_offset} + page), true, false}};
}

MsixLayout Controller::msix() const {
  const std::uint32_t bytes = parameters_.vectors * MsixTable::entry_bytes;
  return {.vectors = parameters_.vectors,
          .table_bar = 0,
          .table_offset = msix_table,
          .pba_bar = 0,
          .pba_offset = msix_table + (bytes + page - 1) / page * page};
}

void Controller::connect_registers() {
  registers_.on_write("CC", [this](const RegisterWrite& write) { configure(write); });
  const auto mask = [this](const RegisterRead&) -> std::uint64_t { return server_.masked(); };
  registers_.on_read("INTMS", mask);
  registers_.on_read("INTMC", mask);
  registers_.on_write("INTMS", [this](const RegisterWrite& write) {
    server_.mask(static_cast<std::uint32_t>(write.written));
  });
  registers_.on_write("INTMC", [this](const RegisterWrite& write) {
    server_.unmask(static_cast<std::uint32_t>(write.written));
  });
}

void Controller::configure(const RegisterWrite& write) {
  if (CC::EN.test(write.old) && !CC::EN.test(write.value)) request_reset();
  if (!CC::SHN.test(write.value) && CC::SHN.test(write.old))
    set_status(CSTS::SHST, CSTS::shutdown_normal);
  control_.notify_all();
}

std::uint32_t Controller::read_bar(unsigned, std::uint64_t offset, unsigned size) {
  std::uint64_t value = 0;
  if (offset < doorbells) registers_.read(offset, size, value);
  return static_cast<std::uint32_t>(value);
}

void Controller::write_bar(unsigned, std::uint64_t offset, unsigned size, std::uint32_t value) {
  if (offset < doorbells) {
    registers_.write(offset, size, value);
  } else if (size == doorbell_bytes) {
    ring(offset - doorbells, value);
  }
}

/// Notes the new value and wakes who waits for it; what doesn't fit is told by an asynchronous
/// event (NVMe 1.4 5.2).
void Controller::ring(std::uint64_t offset, std::uint32_t value) {
  if (!CSTS::RDY.test(csts_.get())) return;
  const DoorbellOutcome outcome =
      state_.queues.ring(offset, value & 0xffff, simulation_.scheduler().now());
  state_.events.report(outcome);
  if (outcome != DoorbellOutcome::taken) server_.report_events();
  server_.wake();
}

std::string Controller::busy() const {
  if (reset_requested_) return "a reset";
  return under_way(server_.commands_under_way(), "NVMe commands");
}

Task<void> Controller::run() {
  tasks_.start(server_.serve_admin());
  tasks_.start(server_.serve_io());
  while (true) {
    const std::uint64_t cc = cc_.get(), csts = csts_.get();
    if (reset_requested_) {
      co_await reset();
    } else if (CC::SHN.test(cc) && CSTS::SHST.get(csts) == CSTS::shutdown_normal) {
      co_await shut_down();
    } else if (CC::EN.test(cc) && !CSTS::RDY.test(csts) && !CSTS::CFS.test(csts)) {
      enable();
    } else {
      co_await control_.wait();
    }
  }
}

void Controller::enable() {
  const std::uint64_t aqa = registers_.get("AQA");
  if (!can_start(cc_.get(), aqa)) return set_status(CSTS::CFS, 1);
  state_.queues.open_admin(aqa, registers_.get("ASQ"), registers_.get("ACQ"));
  set_status(CSTS::RDY, 1);
  server_.start();
}

/// From here on nothing of what is under way begins another access.
void Controller::request_reset() {
  reset_requested_ = true;
  server_.stop();
  memory_.abandon();
  server_.wake();
}

/// RDY is 0 once nothing is under way: then no completion, message or data follows (7.3.2).
Task<void> Controller::reset() {
  co_await server_.idle();
  state_.reset();
  server_.unmask_all();
  csts_.set(0);
  reset_requested_ = false;
}

/// Commands that were fetched are completed first; none is fetched any more (7.6.2).
Task<void> Controller::shut_down() {
  set_status(CSTS::SHST, CSTS::shutdown_occurring);
  server_.stop();
  co_await server_.idle();
  if (CSTS::SHST.get(csts_.get()) == CSTS::shutdown_occurring)
    set_status(CSTS::SHST, CSTS::shutdown_complete);
}

}  // namespace doorbell::pcie::nvme
