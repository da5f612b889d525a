#include "doorbell/cpu/native_processor.h"

#include <algorithm>
#include <utility>

#include "doorbell/core/arch/little_endian.h"

namespace doorbell::cpu {
namespace {

NativeProcessor* running = nullptr;  // set around every resume of a firmware's fiber

constexpr bool no_event = false;
constexpr unsigned turns_at_a_time = 4096;
constexpr std::uint64_t first_special_intid = 1020;
constexpr std::uint64_t last_special_intid = 1023;

}  // namespace

NativeProcessor::NativeProcessor(const sc_core::sc_module_name& name, unsigned number,
                                 std::uint32_t affinity, const CpuParameters& parameters)
    : Processor(name, number, affinity, parameters.frequency),
      parameters_(parameters),
      direct_(memory),
      watch_([this] {
        written_ = true;
        cause_placed_ = std::min(cause_placed_, scheduler().placed());
        irq_line_.look_again();
      }),
      posted_(scheduler()),
      tasks_(scheduler()) {}

void NativeProcessor::start_of_simulation() {
  if (!firmware_) return;
  started_ = true;
  fiber_ = std::make_unique<Fiber>(parameters_.stack, firmware_);
  tasks_.spawn(execute());
}

NativeProcessor& NativeProcessor::current() {
  return *running;
}

void NativeProcessor::run_firmware() {
  NativeProcessor* const before = std::exchange(running, this);
  try {
    fiber_->resume();
  } catch (...) {
    running = before;
    throw;
  }
  running = before;
}

[[gnu::always_inline]] inline bool NativeProcessor::goes_straight_to_register() const {
  return is_register_access(request_) && masked_ && debt_ != 0 && !held_ &&
         scheduler().timing() == Timing::approximate && gic->access_time() != 0 && !may_take_fiq();
}

Task<void> NativeProcessor::execute() {
  for (;;) {
    run_firmware();
    if (fiber_->finished()) co_return;
    const bool access_passed = goes_straight_to_register();
    if (access_passed) {
      const Time debt = clock_.after(now(), std::exchange(debt_, 0)) - now();
      co_await Delays{scheduler(), debt, gic->access_time()};
    } else if (debt_ != 0) {
      co_await clock_.cycles(std::exchange(debt_, 0));
    }
    if (now() != turned_at_) {
      turned_at_ = now();
      turns_without_time_ = 0;
    } else if (++turns_without_time_ % turns_at_a_time == 0) {
      co_await let_others_act();
    }
    while (held_)
      co_await released_.wait();
    if (interrupt_due() && !is_turn(request_)) continue;
    if (is_register_access(request_) && !access_passed) {
      co_await Delay{scheduler(), gic->access_time()};
    }
    switch (request_.kind) {
      case Request::Kind::pass:
        break;
      case Request::Kind::transport:
        co_await posted_.drained();
        co_await memory.transport(*request_.payload);
        break;
      case Request::Kind::drain:
        co_await posted_.drained();
        break;
      case Request::Kind::read_register: {
        const CpuInterfaceForward::Value answer = gic->read(request_.encoding, state_);
        request_.value = answer.value;
        request_.known = answer.done();
        break;
      }
      case Request::Kind::write_register:
        request_.known =
            co_await gic->write(request_.encoding, request_.value, state_) == SystemAccess::done;
        break;
      case Request::Kind::wait_for_interrupt:
        co_await posted_.drained();
        fall_asleep();
        while (!is_woken(no_event, never))
          co_await irq_line_.sleep(next_fiq());
        wake_up(no_event);
        break;
      case Request::Kind::wait_for_event:
        co_await posted_.drained();
        fall_asleep();
        while (!is_woken(event_, request_.until))
          co_await irq_line_.sleep(std::min(request_.until, next_fiq()));
        wake_up(std::exchange(event_, false));
        break;
      case Request::Kind::skip_turns:
        co_await skip_turns(request_.until);
        break;
    }
    request_.performed = true;
  }
}

/// A loop whose turns take no time would keep everybody else from acting at the same time, and the
/// host from ever getting its turn.
Task<void> NativeProcessor::let_others_act() {
  if (stands_without_time()) {
    sc_core::sc_pause();
    scheduler().request_return();
  }
  co_await Until{scheduler(), now()};
}

void NativeProcessor::fall_asleep() {
  statistics_.idle.begin(now());
  asleep_ = true;
}

void NativeProcessor::wake_up(bool event) {
  statistics_.idle.end(now());
  asleep_ = false;
  // An event stream's time is none of what software waits for.
  if (is_woken(event, never)) repetition_.got_on(now());
  debt_ += parameters_.wfi_wake;
}

/// A turn has just passed. Until something happens that a turn would see, all turns are alike.
Task<void> NativeProcessor::skip_turns(Time until) {
  const Time first = now();
  cause_placed_ = never;
  if (written_ || interrupt_due() || first >= until) co_return;
  if (may_interrupt()) {
    while (!irq_line_.raised_or(written_ || fiq_due(), until))
      co_await irq_line_.sleep(std::min(until, next_fiq()));
  } else {
    while (!irq_line_.event_or(written_ || fiq_due(), until))
      co_await irq_line_.sleep_through(std::min(until, next_fiq()));
  }
  const std::uint64_t cycles = clock_.cycles_until(first, now());
  std::uint64_t turns = std::max<std::uint64_t>(1, (cycles + turn_cycles() - 1) / turn_cycles());
  // Of what happens at the very time of a turn, it sees what was placed before it: before the end
  // of the turn that precedes it. Times were known before.
  const auto turn = [&](std::uint64_t n) { return clock_.after(first, n * turn_cycles()); };
  const bool is_known = cause_placed_ == never || now() >= until;
  if (turn(turns) == now() && !is_known && cause_placed_ > turn(turns - 1)) ++turns;
  co_await Delay{scheduler(), turn(turns) - now()};
}

Task<void> NativeProcessor::post(PayloadReference payload) {
  posted_.add();
  co_await memory.transport(*payload);
  if (!payload->is_response_ok()) statistics_.bus_errors.add();
  posted_.remove();
}

void NativeProcessor::request(const Request& wanted) {
  request_ = wanted;
  for (;;) {
    fiber_->suspend();
    if (interrupt_due()) {
      const Request done = request_;
      take_interrupts();
      request_ = done;
    }
    // A wait before which an interrupt came is over: what it waited for may have happened in the
    // handler, and WFI and WFE may always return (DDI 0487, D1.6).
    if (request_.performed || is_wait(request_)) return;
  }
}

bool NativeProcessor::travels(MemoryType type) const {
  return type == MemoryType::device || parameters_.memory == MemoryAccess::uncached;
}

/// Whoever says nothing is Non-secure.
PayloadReference NativeProcessor::take_payload(tlm::tlm_command command, std::uint64_t address,
                                               unsigned size) {
  PayloadReference payload = simulation().payloads().take(command, address, size);
  if (is_secure()) payload->requester().secure = true;
  return payload;
}

void NativeProcessor::transport(PooledPayload& payload) {
  statistics_.device_accesses.add();
  work(parameters_.access_issue);
  request({.kind = Request::Kind::transport, .payload = &payload});
  if (!payload.is_response_ok()) statistics_.bus_errors.add();
}

std::uint64_t NativeProcessor::load_cached(std::uint64_t address, unsigned size) {
  std::uint8_t bytes[8] = {};
  work(parameters_.cached_access);
  if (!direct_.read(address, {bytes, size})) {
    statistics_.bus_errors.add();
    return ~std::uint64_t{0};
  }
  return load_little_endian<std::uint64_t>(bytes);
}

std::uint64_t NativeProcessor::load(std::uint64_t address, unsigned size, MemoryType type) {
  const std::uint64_t value = load_unwatched(address, size, type);
  repetition_.saw({Repetition::Access::Kind::load, address, value}, now());
  return value;
}

std::uint64_t NativeProcessor::load_unwatched(std::uint64_t address, unsigned size,
                                              MemoryType type) {
  if (!travels(type)) return load_cached(address, size);
  PayloadReference payload = take_payload(tlm::TLM_READ_COMMAND, address, size);
  transport(*payload);
  if (!payload->is_response_ok()) return ~std::uint64_t{0};
  return load_little_endian<std::uint64_t>(payload->data());
}

void NativeProcessor::store(std::uint64_t address, unsigned size, std::uint64_t value,
                            MemoryType type) {
  repetition_.saw({Repetition::Access::Kind::store, address, value}, now());
  std::uint8_t bytes[8];
  store_little_endian(std::span<std::uint8_t>(bytes), value);
  if (!travels(type)) {
    work(parameters_.cached_access);
    if (!direct_.write(address, {bytes, size})) statistics_.bus_errors.add();
    return;
  }
  PayloadReference payload = take_payload(tlm::TLM_WRITE_COMMAND, address, size);
  std::copy_n(bytes, size, payload->data().begin());
  if (!parameters_.posted_writes) return transport(*payload);
  statistics_.device_accesses.add();
  work(parameters_.access_issue);
  barrier();  // one write travels at a time: they arrive in program order
  tasks_.start(post(std::move(payload)));
}

void NativeProcessor::fill(std::uint64_t address, std::uint64_t size, std::uint8_t value) {
  if (travels(MemoryType::normal)) {
    const std::uint64_t word = value * std::uint64_t{0x0101010101010101};
    for (std::uint64_t i = 0; i < size; i += 8)
      store(address + i, 8, word, MemoryType::normal);
    return;
  }
  std::uint8_t line[64];
  std::fill(std::begin(line), std::end(line), value);
  for (std::uint64_t i = 0; i < size; i += sizeof line) {
    const std::uint64_t part = std::min<std::uint64_t>(sizeof line, size - i);
    work(parameters_.cached_access);
    if (!direct_.write(address + i, {line, part})) statistics_.bus_errors.add();
  }
}

void NativeProcessor::barrier() {
  request({.kind = Request::Kind::drain});
}

std::uint64_t NativeProcessor::read_system_register(std::uint32_t encoding) {
  Request answer{.kind = Request::Kind::read_register, .encoding = encoding};
  request(answer);
  if (!request_.known) statistics_.undefined_accesses.add();
  const std::uint64_t value = request_.value;
  repetition_.saw({Repetition::Access::Kind::read_register, encoding, value}, now());
  const bool of_EL3 = encoding == ICC_IAR0_EL1;
  if (encoding == ICC_IAR1_EL1 || of_EL3) {
    if (value >= first_special_intid && value <= last_special_intid) {
      // 1020 and 1021 tell EL3 whose it is.
      if (!of_EL3) statistics_.spurious.add();
    } else {
      handled_ = static_cast<std::uint32_t>(value);
      work(parameters_.handler);
    }
  }
  return value;
}

void NativeProcessor::write_system_register(std::uint32_t encoding, std::uint64_t value) {
  repetition_.saw({Repetition::Access::Kind::write_register, encoding, value}, now());
  request({.kind = Request::Kind::write_register, .encoding = encoding, .value = value});
  if (!request_.known) statistics_.undefined_accesses.add();
}

void NativeProcessor::enter(const PeState& state) {
  barrier();  // earlier accesses are of the state before
  state_ = state;
  gic->set_state(state);
}

void NativeProcessor::work(std::uint64_t cycles) {
  debt_ += cycles;
}

void NativeProcessor::spin() {
  repetition_.saw({}, now());
  work(parameters_.spin);
  request({});
}

void NativeProcessor::spin_until_written(std::uint64_t address, Time until) {
  const bool may_skip = parameters_.skip_turns && !travels(MemoryType::normal) &&
                        turn_cycles() != 0 && scheduler().timing() == Timing::approximate;
  if (!may_skip) return spin();
  written_ = false;
  direct_.watch(address, watch_);
  if (!watch_.kept()) return spin();
  work(parameters_.spin);
  request({.kind = Request::Kind::skip_turns, .until = until});
  watch_.let_go();
}

void NativeProcessor::wait_for_interrupt() {
  request({.kind = Request::Kind::wait_for_interrupt});
}

void NativeProcessor::wait_for_event(Time until) {
  request({.kind = Request::Kind::wait_for_event, .until = until});
}

void NativeProcessor::send_event_to_all() {
  barrier();
  send_event();
  event_out.pulse();
}

Time NativeProcessor::time() {
  request({});
  return now();
}

}  // namespace doorbell::cpu
