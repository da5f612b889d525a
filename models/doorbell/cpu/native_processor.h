#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/cpu/arch/fiber.h"
#include "doorbell/cpu/arch/parameters.h"
#include "doorbell/cpu/direct_memory.h"
#include "doorbell/cpu/processor.h"

namespace doorbell::cpu {

/// A processor whose firmware is compiled for the host: an ordinary function on a fiber, which goes
/// to the bus, the GIC and the passing of time through the member functions below. Several of them
/// share a process; each is `current()` while its firmware runs.
///
/// Time passes only in these functions. An IRQ or FIQ is taken between them, or while waiting:
/// exception entry, the handler (on the same stack, with both masked), exception return.
class NativeProcessor : public Processor {
 public:
  /// `number` and `affinity` as in `Processor`.
  NativeProcessor(const sc_core::sc_module_name& name, unsigned number, std::uint32_t affinity,
                  const CpuParameters& parameters);

  /// What runs from time 0 on. Before the simulation starts; without it the processor is off.
  void set_firmware(std::function<void()> firmware) { firmware_ = std::move(firmware); }
  bool halted() const override { return fiber_ == nullptr || fiber_->finished(); }
  /// It has turned a million times since time moved.
  bool stands_without_time() const override { return turns_without_time_ >= endless; }

  // For firmware, on this processor's fiber.

  /// The processor whose firmware is running. Only from firmware.
  static NativeProcessor& current();

  enum class MemoryType : std::uint8_t { normal, device };
  /// 1, 2, 4 or 8 bytes, little-endian. An access answered with an error reads as all ones and is
  /// counted.
  std::uint64_t load(std::uint64_t address, unsigned size, MemoryType type);
  void store(std::uint64_t address, unsigned size, std::uint64_t value, MemoryType type);
  /// Normal memory: `size` bytes set to `value`.
  void fill(std::uint64_t address, std::uint64_t size, std::uint8_t value);
  /// DSB: returns when every earlier access has been answered.
  void barrier();
  /// Unknown registers read as 0 and are counted.
  std::uint64_t read_system_register(std::uint32_t encoding);
  void write_system_register(std::uint32_t encoding, std::uint64_t value);
  /// Firmware goes on in another state: its Exception level, Security state and SCR_EL3 decide
  /// what accesses to system registers do, and the Security state is that of its device accesses.
  /// Non-secure EL1 at the start.
  void enter(const PeState& state);
  const PeState& state() const { return state_; }
  /// Lets firmware's own instructions take time.
  void work(std::uint64_t cycles);
  /// One turn of a polling loop.
  void spin();
  /// One turn of a loop that reads `address` in normal memory until it changes, takes interrupts,
  /// and ends once `until` has come. Turns behind it that could find none of these pass at once
  /// (`skip_turns`): it returns at the turn that sees a write to the line, the interrupt or the
  /// time, as it would turn by turn.
  void spin_until_written(std::uint64_t address, Time until);
  /// WFI: until the IRQ line is high, masked or not, or the FIQ line where FIQs have a handler; or
  /// at once after an interrupt that came first.
  void wait_for_interrupt();
  /// WFE: until the event register is set, which it clears, or a line is high as for WFI, or
  /// `until` has come (an event stream). DDI 0487, D1.6.1.
  void wait_for_event(Time until = never);
  /// DSB and SEV: sets the event registers of all processors that are wired to this one.
  void send_event_to_all();
  /// What the firmware is about from now on, for interrupts that wait for this processor.
  void describe(Holder activity) { activity_ = activity; }
  /// Simulated time now, in ps.
  Time time();

  using InterruptHandler = void (*)(void* argument);
  /// Of IRQs, and of FIQs. As long as there is none, that line only wakes from WFI and WFE. With
  /// SCR_EL3.FIQ the handler of FIQs is EL3's: it executes there.
  void set_interrupt_handler(InterruptHandler handler, void* argument);
  void set_fiq_handler(InterruptHandler handler, void* argument);
  /// PSTATE.I. Set at the start. Returns what it was; a pending interrupt is taken when it is
  /// cleared.
  bool mask_interrupts(bool masked);
  /// PSTATE.F, likewise. Below EL3 it masks no FIQ that SCR_EL3.FIQ takes there.
  bool mask_fiqs(bool masked);

 private:
  static constexpr std::uint32_t no_intid = 1023;

  struct Vector {
    InterruptHandler handler = nullptr;
    void* argument = nullptr;
  };

  /// What the fiber asks of the task that drives it.
  struct Request {
    enum class Kind : std::uint8_t {
      pass,
      transport,
      drain,
      read_register,
      write_register,
      wait_for_interrupt,
      wait_for_event,
      skip_turns
    };
    Kind kind = Kind::pass;
    bool known = true;
    bool performed = false;  ///< false: an interrupt comes first
    std::uint32_t encoding = 0;
    PooledPayload* payload = nullptr;
    std::uint64_t value = 0;
    Time until = never;
  };

  void start_of_simulation() override;
  void set_line(Line line, bool level, Time at) override;
  void set_fiq_line(bool level, Time at);
  Holder activity() const override;

  static constexpr unsigned endless = 1 << 20;

  // On the scheduler.
  Task<void> execute();
  Task<void> let_others_act();
  /// Nothing can come between the debt and the access to a system register.
  bool goes_straight_to_register() const;
  void fall_asleep();
  void wake_up(bool event);
  Task<void> skip_turns(Time until);
  Task<void> post(PayloadReference payload);
  void run_firmware();

  // On the fiber.
  void request(const Request& request);
  static bool is_register_access(const Request& request) {
    return request.kind == Request::Kind::read_register ||
           request.kind == Request::Kind::write_register;
  }
  static bool is_wait(const Request& request) {
    return request.kind == Request::Kind::wait_for_interrupt ||
           request.kind == Request::Kind::wait_for_event;
  }
  /// No access: an interrupt that came while instructions passed is taken behind it.
  static bool is_turn(const Request& request) {
    return request.kind == Request::Kind::pass || request.kind == Request::Kind::skip_turns;
  }
  std::uint32_t turn_cycles() const { return parameters_.cached_access + parameters_.spin; }
  void take_interrupts();
  void take(const Vector& vector, InterruptLine& line);
  void take_fiq();
  Time time_after_debt() const { return debt_ == 0 ? now() : clock_.after(now(), debt_); }
  bool may_interrupt() const { return !masked_ && irq_.handler != nullptr; }
  // Most firmware has no handler of FIQs, and pays for nothing more than this question.
  bool may_take_fiq() const { return fiq_.handler != nullptr && fiqs_are_open(); }
  bool fiqs_are_open() const;
  bool fiq_due() { return may_take_fiq() && fiq_line_.high(now()); }
  bool irq_due() { return may_interrupt() && irq_line_.high(now()); }
  bool interrupt_due() { return irq_due() || fiq_due(); }
  /// What ends WFI, and WFE with its event and end: a line that is high, masked or not.
  bool is_woken(bool event, Time until) {
    return irq_line_.raised_or(event, until) || fiq_line_.high(now());
  }
  /// When the FIQ line is to change that is low now.
  Time next_fiq() { return fiq_line_.high(now()) ? never : fiq_line_.next_change(); }
  bool travels(MemoryType type) const;
  bool is_secure() const { return state_.secure || state_.EL == 3; }
  PayloadReference take_payload(tlm::tlm_command command, std::uint64_t address, unsigned size);
  void transport(PooledPayload& payload);
  std::uint64_t load_unwatched(std::uint64_t address, unsigned size, MemoryType type);
  std::uint64_t load_cached(std::uint64_t address, unsigned size);

  CpuParameters parameters_;
  PeState state_;
  DirectMemory direct_;
  std::function<void()> firmware_;
  Vector irq_;
  Vector fiq_;
  Holder activity_;
  bool in_handler_ = false;
  std::uint32_t handled_ = no_intid;  ///< The latest that the handler has acknowledged.
  bool masked_ = true;                ///< PSTATE.I
  bool fiqs_masked_ = true;           ///< PSTATE.F
  bool written_ = false;              ///< the line that is polled
  Time cause_placed_ = never;  ///< when what ends the skipping of turns was placed; never: before
  WriteWatch watch_;           ///< of that line
  unsigned turns_without_time_ = 0;
  Time turned_at_ = 0;
  std::uint64_t debt_ = 0;  ///< cycles that firmware has used and that have not passed yet
  Request request_;
  Outstanding posted_;
  std::unique_ptr<Fiber> fiber_;
  TaskGroup tasks_;
};

}  // namespace doorbell::cpu
