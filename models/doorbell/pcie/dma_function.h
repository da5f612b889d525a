#pragma once

#include "doorbell/pcie/dma_engine.h"
#include "doorbell/pcie/function_logic.h"

namespace doorbell::pcie {

/// A function of BAR 0, with the DMA engine and a doorbell region for a source of traffic, and of
/// BAR 2, with the MSI-X table and PBA (docs/pcie.md, "A DMA function").
class DmaFunction : public FunctionLogic {
 public:
  explicit DmaFunction(const Context& context);

  FunctionIdentity identity() const override;
  std::vector<BarInfo> bars() const override;
  MsixLayout msix() const override;
  std::uint32_t read_bar(unsigned bar, std::uint64_t offset, unsigned size) override;
  void write_bar(unsigned bar, std::uint64_t offset, unsigned size, std::uint32_t value) override;
  void configured() override { engine_.wake(); }
  void on_doorbell(std::function<void(const DoorbellWrite&)> listener) override {
    doorbell_listener_ = std::move(listener);
  }
  std::string busy() const override { return engine_.busy() ? "descriptors" : ""; }
  Task<void> run() override { return engine_.run(); }
  void save(StateWriter& state) const override { engine_.save(state); }
  void restore(StateReader& state) override { engine_.restore(state); }

 private:
  void ring_doorbell(std::uint64_t offset, std::uint32_t value);

  Simulation& simulation_;
  FunctionParameters parameters_;
  DmaEngine engine_;
  std::function<void(const DoorbellWrite&)> doorbell_listener_;
};

}  // namespace doorbell::pcie
