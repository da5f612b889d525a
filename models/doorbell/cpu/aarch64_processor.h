#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/payload_pool.h"
#include "doorbell/cpu/aarch64_group.h"
#include "doorbell/cpu/arch/counter_polling.h"
#include "doorbell/cpu/arch/fiber.h"
#include "doorbell/cpu/arch/parameters.h"
#include "doorbell/cpu/processor.h"
#include "doorbell/cpu/timer.h"

namespace doorbell::cpu {

/// What a processor that executes instructions counts besides.
struct InstructionStatistics {
  explicit InstructionStatistics(const StatisticsGroup& group);
  Counter instructions;
  Counter blocks;     ///< stretches of instructions without a branch
  Counter stretches;  ///< runs of the engine
  Counter system_registers;
  Counter svc;
  Counter interrupts;
  Counter aborts;
  Counter undefined;
  Counter tlb_maintenance;
  Counter code_maintenance;
  HistogramStatistics lateness;  ///< of an unmasked interrupt, from its line to its exception
};

/// A processor that executes AArch64 instructions at EL1 and EL0, by an engine that is loaded when
/// the group is made. The engine runs on a fiber, in stretches: each lets the time of its
/// instructions pass, which is `cycles_per_instruction` of the processor's clock for each. What
/// leaves the processor, an access to a device or to a system register of GIC or timer, suspends
/// the engine in the middle of its instruction until it is answered.
class Aarch64Processor : public Processor, private EngineHost {
 public:
  /// `number` and `affinity` as in `Processor`; `group` outlives it.
  Aarch64Processor(const sc_core::sc_module_name& name, unsigned number, std::uint32_t affinity,
                   const CpuParameters& parameters, Aarch64Group& group);
  ~Aarch64Processor() override;

  /// Its Generic Timer, whose outputs go to PPIs.
  Timer& timer() { return timer_; }
  /// Normal memory begins at `base`: direct access is asked for there, and taken as far as it is
  /// granted. Everything else is devices. Before the simulation starts.
  void add_memory(std::uint64_t base) { memory_bases_.push_back(base); }

  /// MPIDR_EL1.{Aff3,Aff2,Aff1,Aff0} in their places.
  std::uint64_t mpidr_affinity() const;
  /// It is off, or software has ended.
  bool halted() const override { return !powered_ || group_.ended(); }

  void save(StateWriter& state) const override;
  /// Stopped as by `stop_at_boundary`, in WFI or at a boundary as it was saved, when its turn
  /// comes.
  void restore(StateReader& state) override;

  /// From the next boundary of a block on it executes nothing until `go_on`. What a block in hand
  /// asks of devices is still carried out. One that is off or in WFI stays so, unless it is woken.
  void stop_at_boundary() { stopping_ = true; }
  void go_on();
  /// Instructions that aren't over, or an interrupt line that is to change.
  std::string busy() const override;
  /// While it is stopped: translations, the monitor, and what is remembered for statistics.
  void settle() override;

  // For debuggers, while nothing runs: aarch64_debugging.cpp.
  /// In the middle of an access to a device: registers may be read and not written.
  bool is_inside_instruction() const { return in_call_; }
  std::optional<std::uint64_t> register_value(const Register& name) const {
    return engine_->get(name);
  }
  /// False for one that isn't there, or can't be written now.
  bool set_register(const Register& name, std::uint64_t value);
  /// The physical address by the tables in force, whatever the Exception level; nothing where they
  /// don't translate it.
  std::optional<std::uint64_t> physical_address(std::uint64_t virtual_address) const;
  /// Memory by virtual addresses, without time or side effects: how many bytes, up to the first
  /// that isn't memory. What is written is seen by all processors, as data and as instructions.
  std::size_t read_memory(std::uint64_t virtual_address, std::span<std::uint8_t> data);
  std::size_t write_memory(std::uint64_t virtual_address, std::span<const std::uint8_t> data);
  /// Where it stops from now on: as the engine's functions of these names.
  void set_breakpoints(const std::vector<std::uint64_t>& addresses) {
    engine_->set_breakpoints(addresses);
  }
  void set_watchpoints(const std::vector<Watchpoint>& watchpoints) {
    engine_->set_watchpoints(watchpoints);
  }
  void set_stepping(Stepping stepping) { engine_->set_stepping(stepping); }

 private:
  friend class Aarch64Group;

  static constexpr std::uint32_t no_intid = 1023;
  static constexpr std::uint64_t hundredths = 100;  ///< of a cycle

  /// What the fiber asks of the task that drives it.
  struct Request {
    enum class Kind : std::uint8_t {
      pass,
      transport,
      read_register,
      write_register,
      wait_for_interrupt,
      wait_for_power,
      wait_to_go_on,
      wait_for_debugger
    };
    Kind kind = Kind::pass;
    bool known = true;
    std::uint32_t encoding = 0;
    PooledPayload* payload = nullptr;
    std::uint64_t value = 0;
  };

  // aarch64_processor.cpp: on the scheduler.
  void start_of_simulation() override;
  Task<void> execute();
  Task<void> be_off();
  Task<void> sleep();
  Task<void> stand_still();
  bool interrupted() { return irq_line_.high(now()) || fiq_line_.high(now()); }
  void turn_on(std::uint64_t entry, std::uint64_t argument);
  void map_memory();

  // On the fiber.
  void run_software();
  void run_stretch();
  InstructionEngine::Stop run_engine(std::uint64_t instructions);
  void request(const Request& request);
  std::uint64_t horizon();
  void pay_for_instructions();
  void pay() { request({}); }
  void look_at_lines();
  void count();
  Time time_after_debt() const { return debt_ == 0 ? now() : clock_.after(now(), debt_); }

  // aarch64_state.cpp: checkpoints.
  template <class Self, class State>
  static void describe(Self& self, State& state);
  void save_registers(StateWriter& state) const;
  void restore_registers(StateReader& state);

  // aarch64_calls.cpp: HVC and semihosting.
  void hypercall();
  void semihosting_call();
  static bool is_memory(void* self, std::uint64_t address);
  std::optional<std::uint8_t> byte_at(std::uint64_t virtual_address) const;

  // aarch64_debugging.cpp
  void wait_for_debugger(const InstructionEngine::Stop& stop);
  bool read_physical(std::uint64_t address, std::span<std::uint8_t> data);

  // aarch64_access.cpp
  Access read_device(std::uint64_t address, unsigned size) noexcept override;
  bool write_device(std::uint64_t address, unsigned size, std::uint64_t value) noexcept override;
  bool transport(PooledPayload& payload);
  std::optional<std::uint64_t> read_system_register(std::uint32_t encoding) noexcept override;
  bool write_system_register(std::uint32_t encoding, std::uint64_t value) noexcept override;
  std::uint64_t read_timer(std::uint32_t encoding);
  void acknowledged(std::uint64_t intid);
  void broadcast(const TlbOperation& operation) noexcept override;
  void broadcast_code(const PhysicalRange& range) noexcept override;

  // aarch64_interrupts.cpp
  void set_line(Line line, bool level, Time at) override;
  void interrupt_taken(InterruptInput input) noexcept override;
  void end_handler();
  Holder activity() const override;

  CpuParameters parameters_;
  Aarch64Group& group_;
  Timer timer_;
  InstructionStatistics instructions_;
  std::unique_ptr<InstructionEngine> engine_;
  std::vector<std::uint64_t> memory_bases_;
  struct Mapped {
    PhysicalRange range;
    const std::uint8_t* bytes;
  };
  std::vector<Mapped> memories_;

  bool powered_ = false;
  std::optional<std::uint64_t> entry_;  ///< where it is to start
  std::uint64_t argument_ = 0;
  Condition power_changed_;
  bool resuming_ = false;  ///< A checkpoint was restored: it goes on where that was taken.
  bool stopping_ = false;
  bool at_boundary_ = false;  ///< and to stay there
  Condition goes_on_;

  std::uint64_t paid_ = 0;       ///< of the engine's instructions
  std::uint64_t remainder_ = 0;  ///< hundredths of a cycle
  std::uint64_t debt_ = 0;       ///< cycles that have not passed yet
  CounterPolling counter_polling_;
  EngineCounts counted_;
  bool unmasked_ = false;  ///< when the engine was last let run
  bool in_handler_ = false;
  std::uint32_t handled_ = no_intid;  ///< the latest that has been acknowledged
  bool in_call_ = false;              ///< of the engine's
  bool ending_ = false;
  Request request_;
  const InstructionEngine::Stop* debug_stop_ = nullptr;
  std::unique_ptr<Fiber> fiber_;
  TaskGroup tasks_;
};

}  // namespace doorbell::cpu
