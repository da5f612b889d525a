#pragma once

#include <cstdint>
#include <systemc>
#include <tlm>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/pe_state.h"
#include "doorbell/core/arch/system_register.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/time.h"
#include "doorbell/core/simulation.h"

namespace doorbell {

/// ICC_* registers (IHI 0069 12.2).
inline constexpr std::uint32_t ICC_PMR_EL1 = system_register(3, 0, 4, 6, 0);
inline constexpr std::uint32_t ICC_IAR0_EL1 = system_register(3, 0, 12, 8, 0);
inline constexpr std::uint32_t ICC_EOIR0_EL1 = system_register(3, 0, 12, 8, 1);
inline constexpr std::uint32_t ICC_HPPIR0_EL1 = system_register(3, 0, 12, 8, 2);
inline constexpr std::uint32_t ICC_BPR0_EL1 = system_register(3, 0, 12, 8, 3);
inline constexpr std::uint32_t ICC_AP0R0_EL1 = system_register(3, 0, 12, 8, 4);
inline constexpr std::uint32_t ICC_AP1R0_EL1 = system_register(3, 0, 12, 9, 0);
inline constexpr std::uint32_t ICC_DIR_EL1 = system_register(3, 0, 12, 11, 1);
inline constexpr std::uint32_t ICC_RPR_EL1 = system_register(3, 0, 12, 11, 3);
inline constexpr std::uint32_t ICC_SGI1R_EL1 = system_register(3, 0, 12, 11, 5);
inline constexpr std::uint32_t ICC_ASGI1R_EL1 = system_register(3, 0, 12, 11, 6);
inline constexpr std::uint32_t ICC_SGI0R_EL1 = system_register(3, 0, 12, 11, 7);
inline constexpr std::uint32_t ICC_IAR1_EL1 = system_register(3, 0, 12, 12, 0);
inline constexpr std::uint32_t ICC_EOIR1_EL1 = system_register(3, 0, 12, 12, 1);
inline constexpr std::uint32_t ICC_HPPIR1_EL1 = system_register(3, 0, 12, 12, 2);
inline constexpr std::uint32_t ICC_BPR1_EL1 = system_register(3, 0, 12, 12, 3);
inline constexpr std::uint32_t ICC_CTLR_EL1 = system_register(3, 0, 12, 12, 4);
inline constexpr std::uint32_t ICC_SRE_EL1 = system_register(3, 0, 12, 12, 5);
inline constexpr std::uint32_t ICC_IGRPEN0_EL1 = system_register(3, 0, 12, 12, 6);
inline constexpr std::uint32_t ICC_IGRPEN1_EL1 = system_register(3, 0, 12, 12, 7);
inline constexpr std::uint32_t ICC_CTLR_EL3 = system_register(3, 6, 12, 12, 4);
inline constexpr std::uint32_t ICC_SRE_EL3 = system_register(3, 6, 12, 12, 5);
inline constexpr std::uint32_t ICC_IGRPEN1_EL3 = system_register(3, 6, 12, 12, 7);

/// Traits that keep these sockets apart from others.
struct CpuInterface {};

/// What a processor asks of its GIC CPU interface: a read or write of a system register, after the
/// time that it takes has passed.
class CpuInterfaceForward : public virtual sc_core::sc_interface {
 public:
  using protocol_types = CpuInterface;
  /// What isn't done reads as zero: the processor takes the exception that `outcome` names. An
  /// unknown encoding is Undefined.
  struct Value {
    std::uint64_t value = 0;
    SystemAccess outcome = SystemAccess::done;
    bool done() const { return outcome == SystemAccess::done; }
  };
  /// From the beginning of an access to its effect, in ps.
  virtual Time access_time() const = 0;
  /// The effect of a read that ends now, by a processor in state `who`.
  virtual Value read(std::uint32_t encoding, const PeState& who) = 0;
  /// The effect of a write that ends now, unless it must wait for others. What isn't done has no
  /// effect.
  virtual Task<SystemAccess> write(std::uint32_t encoding, std::uint64_t value,
                                   const PeState& who) = 0;
  /// The processor is in another state from now on: its Exception level, its Security state and
  /// SCR_EL3 say which interrupts come by IRQ and which by FIQ (IHI 0069, 4.6.2). Takes no time.
  virtual void set_state(const PeState& /*state*/) {}

  /// A whole access, with its time. By software at Non-secure EL1 unless said otherwise.
  Task<Value> read_register(std::uint32_t encoding, PeState who = {}) {
    co_await Delay{Simulation::current().scheduler(), access_time()};
    co_return read(encoding, who);
  }
  Task<SystemAccess> write_register(std::uint32_t encoding, std::uint64_t value, PeState who = {}) {
    co_await Delay{Simulation::current().scheduler(), access_time()};
    co_return co_await write(encoding, value, who);
  }
};

/// What the CPU interface signals to its processor.
class CpuInterfaceBackward : public virtual sc_core::sc_interface {
 public:
  using protocol_types = CpuInterface;
  enum class Line : std::uint8_t { irq, fiq, virtual_irq, virtual_fiq };
  /// The line is at `level` from `at` (ps) on. Called ahead of that time, as soon as the change is
  /// decided: a processor that acts in the call acts too early, by the latency of the line and by
  /// what the scheduler is ahead of sc_time_stamp(). Changes of a line come in the order of their
  /// times, and several may be announced before the first takes place.
  virtual void set_line(Line line, bool level, Time at) = 0;
  /// What the processor is doing, for the Journey of an interrupt that waits for it.
  virtual Holder activity() const { return {}; }
};

/// Bind a CpuInterfaceInitiator (processor) to a CpuInterfaceTarget (GIC). Whoever binds a
/// processor of its own is told of its lines ahead of time (`set_line`); gic::ThreadProcessor is
/// the one for SC_THREADs, which sees them when they change.
using CpuInterfaceInitiator =
    tlm::tlm_base_initiator_socket<64, CpuInterfaceForward, CpuInterfaceBackward>;
using CpuInterfaceTarget =
    tlm::tlm_base_target_socket<64, CpuInterfaceForward, CpuInterfaceBackward>;

}  // namespace doorbell
