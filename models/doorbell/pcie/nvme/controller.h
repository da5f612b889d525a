#pragma once

#include "doorbell/core/arch/registers.h"
#include "doorbell/pcie/arch/nvme/registers.h"
#include "doorbell/pcie/function_logic.h"
#include "doorbell/pcie/nvme/queue_server.h"

namespace doorbell::pcie::nvme {

/// An NVMe 1.4 controller with one namespace (docs/nvme.md): the registers of BAR 0, enabling,
/// resetting and shutting down. Commands are the QueueServer's.
class Controller : public FunctionLogic {
 public:
  /// A drive whose file can't be used is an InputError.
  explicit Controller(const Context& context);

  FunctionIdentity identity() const override;
  std::vector<BarInfo> bars() const override;
  MsixLayout msix() const override;
  std::uint32_t read_bar(unsigned bar, std::uint64_t offset, unsigned size) override;
  void write_bar(unsigned bar, std::uint64_t offset, unsigned size, std::uint32_t value) override;
  void configured() override { memory_.configured(); }
  std::string busy() const override;
  void settle() override { state_.queues.settle(); }
  Task<void> run() override;
  void save(StateWriter& state) const override;
  void restore(StateReader& state) override;
  std::span<const std::uint8_t> contents() const override { return drive_.contents(); }

 private:
  void connect_registers();
  void configure(const RegisterWrite& write);
  void ring(std::uint64_t offset, std::uint32_t value);
  void enable();
  void request_reset();
  Task<void> reset();
  Task<void> shut_down();
  void set_status(BitField field, std::uint64_t value) { csts_.set(field.set(csts_.get(), value)); }

  Simulation& simulation_;
  TaskGroup& tasks_;
  const NvmeParameters parameters_;
  BackingFile drive_;
  State state_;
  HostMemory memory_;
  QueueServer server_;
  RegisterBank registers_;
  RegisterBank::Handle cc_;
  RegisterBank::Handle csts_;
  Condition control_;
  bool reset_requested_ = false;
};

}  // namespace doorbell::pcie::nvme
