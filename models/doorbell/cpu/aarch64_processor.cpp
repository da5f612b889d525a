#include "doorbell/cpu/aarch64_processor.h"

#include <algorithm>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/coherent_access.h"
#include "doorbell/cpu/arch/registers_in_use.h"

namespace doorbell::cpu {
namespace {

constexpr std::uint64_t pstate_irq_mask = 1 << 7;
constexpr std::uint64_t page = 4096;
constexpr PeState software_at_EL1{};  // there is no other yet

/// Those that reset to 0, or to the least value that there is.
constexpr std::uint32_t registers_of_cpu_interface[] = {
    ICC_IGRPEN0_EL1, ICC_IGRPEN1_EL1, ICC_PMR_EL1,   ICC_CTLR_EL1,
    ICC_BPR0_EL1,    ICC_BPR1_EL1,    ICC_AP0R0_EL1, ICC_AP1R0_EL1};

}  // namespace

InstructionStatistics::InstructionStatistics(const StatisticsGroup& group)
    : instructions(group, "instructions",
                   {"instructions", Better::neither, "AArch64 instructions executed."}),
      blocks(group, "blocks",
             {"blocks", Better::neither, "Instructions from one branch to the next, executed."}),
      stretches(group, "stretches",
                {"stretches", Better::neither, "Times that the engine was let run."}),
      system_registers(group, "system_registers",
                       {"accesses", Better::neither, "Registers of GIC and Generic Timer."}),
      svc(group.group("exceptions"), "svc", {"exceptions", Better::neither, "SVC executed."}),
      interrupts(group.group("exceptions"), "irq",
                 {"exceptions", Better::neither, "IRQ and FIQ taken."}),
      aborts(group.group("exceptions"), "abort",
             {"exceptions", Better::neither, "Instruction and data aborts."}),
      undefined(group.group("exceptions"), "undefined",
                {"exceptions", Better::neither, "UNDEFINED instructions."}),
      tlb_maintenance(group, "tlb_maintenance",
                      {"instructions", Better::neither, "TLBI executed."}),
      code_maintenance(group, "code_maintenance",
                       {"instructions", Better::neither, "IC executed."}),
      lateness(group, "interrupt_lateness",
               {"ps", Better::lower,
                "Of an interrupt that wasn't masked: from its line to its exception."}) {}

Aarch64Processor::Aarch64Processor(const sc_core::sc_module_name& name, unsigned number,
                                   std::uint32_t affinity, const CpuParameters& parameters,
                                   Aarch64Group& group)
    : Processor(name, number, affinity, parameters.frequency),
      parameters_(parameters),
      group_(group),
      timer_("timer"),
      instructions_(statistics()),
      power_changed_(scheduler()),
      goes_on_(scheduler()),
      tasks_(scheduler()) {
  group_.add(*this);
  constexpr std::uint64_t res1 = std::uint64_t{1} << 31;
  engine_ = group_.library().make(*this, {.model = parameters_.model,
                                          .mpidr = res1 | mpidr_affinity(),
                                          .semihosting = parameters_.semihosting});
}

/// The engine's frames can't be unwound: they run to their end, with every access answered at once.
Aarch64Processor::~Aarch64Processor() {
  ending_ = true;
  while (fiber_ != nullptr && !fiber_->finished())
    fiber_->resume();
}

std::uint64_t Aarch64Processor::mpidr_affinity() const {
  return std::uint64_t{affinity() >> 24} << 32 | (affinity() & 0xff'ffff);
}

void Aarch64Processor::start_of_simulation() {
  map_memory();
  fiber_ = std::make_unique<Fiber>(parameters_.stack, [this] { run_software(); });
  tasks_.spawn(execute());
}

void Aarch64Processor::map_memory() {
  for (const std::uint64_t base : memory_bases_) {
    PayloadReference payload = simulation().payloads().take(tlm::TLM_READ_COMMAND, base, 8);
    CoherentAccess coherent(CoherentAccess::Writes::untold);
    payload->set_extension(&coherent);
    tlm::tlm_dmi dmi;
    const bool granted = memory.get_dmi(*payload, dmi) && dmi.is_read_allowed();
    payload->clear_extension(&coherent);
    if (!granted || !coherent.granted()) {
      throw InputError(std::string(this->name()) +
                       ": expected memory with direct access at address " + std::to_string(base) +
                       ", found none");
    }
    const PhysicalRange range{dmi.get_start_address(),
                              dmi.get_end_address() - dmi.get_start_address() + 1};
    if (range.base % page != 0 || range.size % page != 0) {
      throw InputError(
          std::string(this->name()) + ": expected memory in whole pages of 4096 bytes, found " +
          std::to_string(range.size) + " bytes at address " + std::to_string(range.base));
    }
    engine_->map_memory(range, dmi.get_dmi_ptr(), dmi.is_write_allowed());
    memories_.push_back({range, dmi.get_dmi_ptr()});
  }
}

void Aarch64Processor::turn_on(std::uint64_t entry, std::uint64_t argument) {
  entry_ = entry;
  argument_ = argument;
  power_changed_.notify_all();
}

Task<void> Aarch64Processor::execute() {
  co_await be_off();
  for (;;) {
    fiber_->resume();
    while (request_.kind == Request::Kind::wait_for_debugger) {
      group_.debug_listener_(*this, *debug_stop_);
      fiber_->resume();
    }
    if (debt_ != 0) {
      const std::uint64_t cycles = std::exchange(debt_, 0);
      if (scheduler().timing() == Timing::loose) {
        co_await clock_.cycles(cycles);
      } else {
        co_await group_.resumptions_.until(clock_.after(now(), cycles));
      }
    }
    while (held_)
      co_await released_.wait();
    // Nothing more happens to software once it has ended.
    while (group_.ended())
      co_await power_changed_.wait();
    switch (request_.kind) {
      case Request::Kind::pass:
      case Request::Kind::wait_for_debugger:
        break;
      case Request::Kind::transport:
        co_await memory.transport(*request_.payload);
        break;
      case Request::Kind::read_register: {
        co_await Delay{scheduler(), gic->access_time()};
        const CpuInterfaceForward::Value answer = gic->read(request_.encoding, software_at_EL1);
        request_.value = answer.value;
        request_.known = answer.done();
        break;
      }
      case Request::Kind::write_register:
        co_await Delay{scheduler(), gic->access_time()};
        request_.known = co_await gic->write(request_.encoding, request_.value, software_at_EL1) ==
                         SystemAccess::done;
        break;
      case Request::Kind::wait_for_interrupt:
        co_await sleep();
        break;
      case Request::Kind::wait_for_power:
        co_await be_off();
        break;
      case Request::Kind::wait_to_go_on:
        co_await stand_still();
        break;
    }
  }
}

/// Until it is turned on. Its CPU interface comes up as after a reset (IHI 0069, 12.2).
Task<void> Aarch64Processor::be_off() {
  powered_ = false;
  while (!entry_ && !resuming_)
    co_await power_changed_.wait();
  if (std::exchange(resuming_, false)) {
    powered_ = true;
    if (asleep_) co_await sleep();
    co_return;
  }
  for (const std::uint32_t name : registers_of_cpu_interface)
    co_await gic->write(name, 0, software_at_EL1);
  timer_.reset();
  started_ = true;
  powered_ = true;
}

Task<void> Aarch64Processor::sleep() {
  statistics_.idle.begin(now());
  asleep_ = true;
  while (!interrupted())
    co_await irq_line_.sleep(fiq_line_.next_change());
  asleep_ = false;
  statistics_.idle.end(now());
  repetition_.got_on(now());
  debt_ += parameters_.wfi_wake;
}

Task<void> Aarch64Processor::stand_still() {
  at_boundary_ = true;
  while (stopping_)
    co_await goes_on_.wait();
  at_boundary_ = false;
}

void Aarch64Processor::go_on() {
  stopping_ = false;
  goes_on_.notify_all();
}

std::string Aarch64Processor::busy() const {
  if (group_.ended()) return {};
  const bool off = !powered_ && !entry_;
  if (!off && !asleep_ && !at_boundary_) return "instructions";
  const bool changes = irq_line_.changes_after(now()) || fiq_line_.changes_after(now());
  return changes ? "an interrupt line" : "";
}

void Aarch64Processor::settle() {
  // Each means everything.
  engine_->invalidate_code({});
  engine_->invalidate_tlb({});
  engine_->forget_exclusive();
  group_.last_ran_ = nullptr;
  remainder_ = 0;
  end_handler();
  handled_ = no_intid;
  unmasked_ = false;
  irq_line_.settle(now());
  fiq_line_.settle(now());
  repetition_.got_on(now());
}

void Aarch64Processor::run_software() {
  while (!ending_) {
    if (entry_) {
      engine_->reset();
      engine_->set(Register::pc(), *std::exchange(entry_, std::nullopt));
      engine_->set(Register::x(0), argument_);
      group_.psci().set_power(number(), Psci::Power::on);
    }
    run_stretch();
  }
}

void Aarch64Processor::run_stretch() {
  while (stopping_ && !ending_)
    request({.kind = Request::Kind::wait_to_go_on});
  if (group_.last_ran_ != this) engine_->forget_exclusive();
  group_.last_ran_ = this;
  look_at_lines();
  unmasked_ = (*engine_->get(Register::pstate()) & pstate_irq_mask) == 0;
  const std::uint64_t instructions = horizon();
  const InstructionEngine::Stop stop = run_engine(instructions);
  if (ending_) return;
  pay_for_instructions();
  count();
  switch (stop.kind) {
    case InstructionEngine::Stop::Kind::breakpoint:
    case InstructionEngine::Stop::Kind::watchpoint:
    case InstructionEngine::Stop::Kind::step:
    case InstructionEngine::Stop::Kind::horizon:
      pay();
      break;
    case InstructionEngine::Stop::Kind::wait_for_interrupt:
      request({.kind = Request::Kind::wait_for_interrupt});
      break;
    case InstructionEngine::Stop::Kind::hypercall:
      pay();
      hypercall();
      break;
    case InstructionEngine::Stop::Kind::semihosting:
      pay();
      semihosting_call();
      break;
    case InstructionEngine::Stop::Kind::stuck:
      if (group_.debug_listener_) wait_for_debugger(stop);
      group_.stuck_ = {number(), registers_in_use(*engine_), stop.exceptions};
      group_.end(Aarch64Group::End::stuck, 1,
                 "processor " + std::to_string(number()) + ": " + stop.why);
      request({.kind = Request::Kind::wait_for_power});
      break;
  }
}

/// What a debugger does meanwhile takes no time, and leaves no trace in statistics.
InstructionEngine::Stop Aarch64Processor::run_engine(std::uint64_t instructions) {
  in_call_ = true;
  InstructionEngine::Stop stop = engine_->run(instructions);
  while (stop.is_of_debugger() && !ending_) {
    in_call_ = false;
    wait_for_debugger(stop);
    if (ending_) break;
    in_call_ = true;
    stop = engine_->resume();
  }
  in_call_ = false;
  return stop;
}

/// Up to the next thing that may concern it. Others' instructions concern it only through memory:
/// there it may be ahead of them by `stride`.
std::uint64_t Aarch64Processor::horizon() {
  if (scheduler().timing() == Timing::loose) return parameters_.quantum;
  const Time lines = std::min(irq_line_.next_change(), fiq_line_.next_change());
  Time limit = std::min(lines, group_.resumptions_.next_other());
  const Time processor = group_.resumptions_.next_processor();
  const std::uint64_t cost = parameters_.cycles_per_instruction;
  if (processor < limit) {
    const std::uint64_t stride = parameters_.stride * cost / hundredths;
    limit = std::min(limit, std::max(processor, clock_.after(now(), stride)));
  }
  if (limit == never) return parameters_.quantum;
  const std::uint64_t cycles = clock_.cycles_until(now(), limit);
  const std::uint64_t most = parameters_.quantum;
  if (cycles >= most * cost / hundredths) return most;
  return std::max<std::uint64_t>(1, std::min(most, cycles * hundredths / cost));
}

/// What the engine has executed becomes debt.
void Aarch64Processor::pay_for_instructions() {
  const std::uint64_t executed = engine_->executed();
  remainder_ += (executed - paid_) * parameters_.cycles_per_instruction;
  instructions_.instructions.add(executed - paid_);
  paid_ = executed;
  debt_ += remainder_ / hundredths;
  remainder_ %= hundredths;
}

void Aarch64Processor::look_at_lines() {
  engine_->set_interrupt(InterruptInput::irq, irq_line_.high(now()));
  engine_->set_interrupt(InterruptInput::fiq, fiq_line_.high(now()));
}

void Aarch64Processor::count() {
  const EngineCounts& counts = engine_->counts();
  instructions_.stretches.add();
  instructions_.blocks.add(counts.blocks - counted_.blocks);
  instructions_.svc.add(counts.svc - counted_.svc);
  instructions_.interrupts.add(counts.interrupts - counted_.interrupts);
  instructions_.aborts.add(counts.aborts - counted_.aborts);
  instructions_.undefined.add(counts.undefined - counted_.undefined);
  instructions_.tlb_maintenance.add(counts.tlb_maintenance - counted_.tlb_maintenance);
  instructions_.code_maintenance.add(counts.code_maintenance - counted_.code_maintenance);
  counted_ = counts;
}

/// On the fiber. From inside the engine its debt passes first, and what has happened meanwhile is
/// looked at when the block in hand is over.
void Aarch64Processor::request(const Request& request) {
  if (ending_) return;
  request_ = request;
  fiber_->suspend();
  if (!in_call_) return;
  engine_->leave_soon();
  if (group_.last_ran_ != this) engine_->forget_exclusive();
  group_.last_ran_ = this;
  if (!ending_) look_at_lines();
}

}  // namespace doorbell::cpu
