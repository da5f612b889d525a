#pragma once

#include <cstdint>
#include <vector>

#include "doorbell/gic/arch/affinity.h"
#include "doorbell/gic/arch/priority.h"

namespace doorbell::gic {

/// How the processor of an SPI is chosen that any may take (GICD_IROUTER<n>.Interrupt_Routing_Mode
/// 1; the choice is IMPLEMENTATION DEFINED, IHI 0069 3.2.1).
enum class OneOfN : std::uint8_t {
  none,         ///< not supported: Interrupt_Routing_Mode is RAZ/WI and GICD_TYPER.No1N is 1
  first,        ///< the first that may have it
  round_robin,  ///< the next one that may, after the one that was chosen last
  least_loaded  ///< the one with the fewest that were chosen for it and haven't ended
};

/// Where each SPI goes (IHI 0069, 3.2.1): the processor that GICD_IROUTER<n> names, resolved when
/// it is written, or one that is chosen. SPIs are counted as in their InterruptBank.
class SpiRouter {
 public:
  SpiRouter(const std::vector<Affinity>& processors, std::uint32_t spis, OneOfN policy);

  static constexpr unsigned nobody = ~0U;

  /// The route of an SPI, as GICD_IROUTER<n> has it. One that any may take is nobody's until
  /// chosen.
  void set_route(std::uint32_t spi, std::uint64_t IROUTER);
  bool is_one_of_n(std::uint32_t spi) const { return (any_[spi / 32] >> (spi % 32) & 1) != 0; }
  std::uint32_t one_of_n_in(std::size_t word) const { return any_[word]; }
  unsigned target(std::uint32_t spi) const { return targets_[spi]; }
  /// The SPIs of a word that go to a processor.
  std::uint32_t routed(unsigned processor, std::size_t word) const {
    return routed_[processor * words_ + word];
  }

  // What 1 of N knows of the processors. None take anything until told.
  void set_awake(unsigned processor, bool awake) { processors_[processor].awake = awake; }
  /// Sets of groups: enabled at the CPU interface (ICC_IGRPENn_EL1), and not excluded
  /// (GICR_CTLR.DPG*).
  void set_groups(unsigned processor, unsigned enabled) { processors_[processor].groups = enabled; }
  void set_excluded(unsigned processor, unsigned groups) {
    processors_[processor].excluded = groups;
  }
  /// ICC_PMR_EL1: what isn't more urgent is masked.
  void set_mask(unsigned processor, std::uint8_t PMR) { processors_[processor].PMR = PMR; }
  unsigned groups(unsigned processor) const { return processors_[processor].groups; }
  /// Whether a processor may be chosen for an SPI.
  bool may_take(unsigned processor, const PendingInterrupt& spi) const;

  /// Chooses for an SPI that has nobody; its processor, or nobody when none may take it.
  unsigned choose(std::uint32_t spi, const PendingInterrupt& interrupt);
  /// Takes it from the processor that it was chosen for.
  void withdraw(std::uint32_t spi);
  /// The processor that it was chosen for has taken it, and has ended it.
  void taken(std::uint32_t spi) { takers_[spi] = targets_[spi]; }
  void ended(std::uint32_t spi);

  /// For a checkpoint: but for the routes, which are those of the registers.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.list("processors", self.processors_, [](auto& processor, auto& inner) {
      inner.value("awake", processor.awake);
      inner.value("groups", processor.groups, all_groups);
      inner.value("excluded", processor.excluded, all_groups);
      inner.value("ICC_PMR_EL1", processor.PMR);
      inner.value("load", processor.load);
    });
    state.value("next", self.next_);
    state.values("takers", self.takers_);
  }

 private:
  struct Processor {
    Affinity affinity;
    bool awake = false;
    unsigned groups = 0;
    unsigned excluded = 0;
    std::uint8_t PMR = 0;
    std::uint32_t load = 0;
  };
  void assign(std::uint32_t spi, unsigned processor);

  OneOfN policy_;
  std::size_t words_;
  std::vector<Processor> processors_;
  std::vector<unsigned> targets_;
  std::vector<unsigned> takers_;       ///< of active ones that were chosen for
  std::vector<std::uint32_t> any_;     ///< a bit an SPI
  std::vector<std::uint32_t> routed_;  ///< the same, for each processor
  unsigned next_ = 0;                  ///< where round_robin goes on
};

}  // namespace doorbell::gic
