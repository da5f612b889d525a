#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace doorbell::cpu {

/// A range of physical addresses.
struct PhysicalRange {
  std::uint64_t base = 0;
  std::uint64_t size = 0;  ///< bytes
};

/// A TLB maintenance instruction (DDI 0487, D8.14): its system register encoding, with op0 = 1, and
/// the register that it names.
struct TlbOperation {
  std::uint32_t encoding = 0;
  std::uint64_t value = 0;
};

/// The interrupt inputs of a processor.
enum class InterruptInput : std::uint8_t { irq, fiq };

/// What a register of an AArch64 processor is called in the architecture.
struct Register {
  enum class Kind : std::uint8_t {
    general,      ///< X0 to X30
    stack,        ///< SP of Exception level `number`, 0 or 1
    pc,           ///< of the next instruction
    pstate,       ///< as SPSR_EL1 holds it (DDI 0487, C5.2.18)
    vector_low,   ///< bits 63:0 of V0 to V31
    vector_high,  ///< bits 127:64
    system        ///< `encoding`, as `system_register` packs it
  };
  Kind kind = Kind::general;
  std::uint32_t number = 0;  ///< or the encoding

  static constexpr Register x(unsigned number) { return {Kind::general, number}; }
  static constexpr Register sp(unsigned exception_level) { return {Kind::stack, exception_level}; }
  static constexpr Register pc() { return {Kind::pc, 0}; }
  static constexpr Register pstate() { return {Kind::pstate, 0}; }
  static constexpr Register v_low(unsigned number) { return {Kind::vector_low, number}; }
  static constexpr Register v_high(unsigned number) { return {Kind::vector_high, number}; }
  static constexpr Register system(std::uint32_t encoding) { return {Kind::system, encoding}; }
};

/// What an engine asks of the processor that it is the inside of. All calls come while `run` is on
/// the stack; none may throw, because generated code can't be unwound. Those that may suspend leave
/// the engine where it is, in the middle of an instruction, while other engines run.
class EngineHost {
 public:
  struct Access {
    std::uint64_t value = 0;
    bool ok = true;  ///< false: a synchronous External abort
  };
  /// A load of 1, 2, 4 or 8 bytes at a physical address that isn't mapped memory. May suspend.
  virtual Access read_device(std::uint64_t address, unsigned size) noexcept = 0;
  /// A store; false is an External abort. May suspend.
  virtual bool write_device(std::uint64_t address, unsigned size, std::uint64_t value) noexcept = 0;
  /// Registers of the GIC CPU interface and of the Generic Timer; nothing for one that isn't there:
  /// the instruction is UNDEFINED. May suspend.
  virtual std::optional<std::uint64_t> read_system_register(std::uint32_t encoding) noexcept = 0;
  virtual bool write_system_register(std::uint32_t encoding, std::uint64_t value) noexcept = 0;
  /// The Inner Shareable form of a TLB maintenance instruction: for every other engine.
  virtual void broadcast(const TlbOperation& operation) noexcept = 0;
  /// Instruction cache maintenance: for every engine, this one included. An empty range: all of it.
  virtual void broadcast_code(const PhysicalRange& range) noexcept = 0;
  /// An interrupt exception has just been entered.
  virtual void interrupt_taken(InterruptInput input) noexcept = 0;

 protected:
  ~EngineHost() = default;
};

/// What the engine has done since it was made.
struct EngineCounts {
  std::uint64_t blocks = 0;      ///< stretches of instructions without a branch
  std::uint64_t svc = 0;         ///< exceptions entered, by cause
  std::uint64_t aborts = 0;      ///< instruction and data aborts
  std::uint64_t undefined = 0;   ///< UNDEFINED instructions
  std::uint64_t others = 0;      ///< all other synchronous exceptions
  std::uint64_t interrupts = 0;  ///< IRQ and FIQ
  std::uint64_t tlb_maintenance = 0;
  std::uint64_t code_maintenance = 0;
};

/// A synchronous exception that was entered.
struct TakenException {
  std::uint64_t executed = 0;  ///< instructions before it
  std::uint64_t pc = 0;        ///< of what it came from, or where it returns to
  std::uint64_t syndrome = 0;  ///< ESR_EL1
  std::uint64_t address = 0;   ///< FAR_EL1, where the syndrome says that it is valid
};

/// How a processor is made.
struct EngineSettings {
  std::string model = "cortex-a57";  ///< cortex-a57, cortex-a72 or max
  std::uint64_t mpidr = 0x8000'0000;
  bool semihosting = false;  ///< HLT #0xF000 is a semihosting call, not UNDEFINED
};

/// Virtual addresses that a debugger watches.
struct Watchpoint {
  std::uint64_t address = 0;
  std::uint64_t size = 0;  ///< bytes
  bool loads = false;
  bool stores = false;
  bool operator==(const Watchpoint&) const = default;
};

/// How far a debugger lets a processor go.
enum class Stepping : std::uint8_t {
  none,  ///< on
  one,   ///< to the end of one instruction, or of the one in hand
  next   ///< to its next instruction, before it is executed
};

/// One AArch64 processor with EL1 and EL0: instructions, exceptions, translation. It knows neither
/// time nor SystemC. Engines of a machine share memory and run alternately on one host thread, each
/// on a stack of its own.
class InstructionEngine {
 public:
  struct Stop {
    enum class Kind : std::uint8_t {
      horizon,             ///< the instructions asked for, or `leave_soon`
      wait_for_interrupt,  ///< WFI has been executed
      hypercall,           ///< HVC has been executed; X0 to X3 hold its arguments
      semihosting,         ///< HLT #0xF000 has been executed; W0 and X1 hold its arguments
      stuck,               ///< an exception whose vector raises the same exception for ever
      // For a debugger: these interrupt a run, which `resume` goes on with.
      breakpoint,  ///< before the instruction there
      watchpoint,  ///< at the first block boundary behind the access
      step
    };
    Kind kind = Kind::horizon;
    std::string why;            ///< of `stuck`: what happened, in words
    std::uint64_t address = 0;  ///< of `watchpoint`: what was accessed
    bool is_of_debugger() const { return kind >= Kind::breakpoint; }
    /// Of `stuck`: the last ones, the latest at the end.
    std::vector<TakenException> exceptions;
  };

  virtual ~InstructionEngine() = default;

  /// Normal memory, in whole pages of 4 KiB; `bytes` outlives the engine. All that isn't mapped is
  /// the host's devices. Before the first `run` only.
  virtual void map_memory(const PhysicalRange& range, std::uint8_t* bytes, bool writable) = 0;

  /// Runs about that many instructions: it stops at the first block boundary (at most 256
  /// instructions behind) from there on, or earlier for a reason of its own.
  virtual Stop run(std::uint64_t instructions) = 0;
  /// From a call of the host's: `run` ends at the next block boundary.
  virtual void leave_soon() = 0;
  /// The level of an input. An unmasked interrupt is taken at the next block boundary.
  virtual void set_interrupt(InterruptInput input, bool level) = 0;
  /// Instructions executed since it was made; inside a call of the host's, those before the
  /// instruction in hand.
  virtual std::uint64_t executed() const = 0;
  virtual const EngineCounts& counts() const = 0;

  /// Registers by their architectural names. Not from inside a call of the host's. Reading a system
  /// register that the engine doesn't keep gives nothing.
  virtual std::optional<std::uint64_t> get(const Register& name) const = 0;
  virtual bool set(const Register& name, std::uint64_t value) = 0;
  /// All registers as at a Cold reset, at EL1h with the MMU off and interrupts masked. Not from
  /// inside a call of the host's.
  virtual void reset() = 0;

  /// What another processor, a device or a debugger makes out of date. From inside a call of the
  /// host's as well. An empty range: everything.
  virtual void invalidate_code(const PhysicalRange& range) = 0;
  virtual void invalidate_tlb(const TlbOperation& operation) = 0;
  /// The exclusive monitor: before another processor runs.
  virtual void forget_exclusive() = 0;
  /// The physical address of a virtual one by the tables in force at EL1, for debuggers.
  virtual std::optional<std::uint64_t> translate(std::uint64_t virtual_address) const = 0;

  // For debuggers, from outside of `run` or from inside a call of the host's. A block that is in
  // hand in such a call ends without new breakpoints and watchpoints. All of it survives `reset`.
  /// Virtual addresses of instructions.
  virtual void set_breakpoints(const std::vector<std::uint64_t>& addresses) = 0;
  virtual void set_watchpoints(const std::vector<Watchpoint>& watchpoints) = 0;
  /// Over with the next stop of a debugger's.
  virtual void set_stepping(Stepping stepping) = 0;
  /// Goes on with a run that a debugger's stop has interrupted, up to its own end: if nothing was
  /// changed meanwhile, everything that follows is as if there had been no stop.
  virtual Stop resume() = 0;
};

/// The one function of a plug-in, `doorbell_engine`, by C's rules for names. `interface_version` is
/// `engine_interface_version` as the caller knows it. Null when no engine can be made: `error` then
/// says why, in words that fit into one line. The engine is destroyed by `delete`.
inline constexpr unsigned engine_interface_version = 3;
using EngineFactory = InstructionEngine*(unsigned interface_version, EngineHost& host,
                                         const EngineSettings& settings, std::string& error);
/// And what the plug-in is: its name, its library's version and licence, in one line.
using EngineDescription = const char*();

}  // namespace doorbell::cpu
