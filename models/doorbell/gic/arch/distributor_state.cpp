#include "doorbell/gic/arch/distributor_state.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {

DistributorState::DistributorState(DistributorConfiguration configuration)
    : configuration_(std::move(configuration)),
      bank_(GICD_registers()),
      spis_({first_spi, configuration_.spis}, {first_extended_spi, configuration_.extended_spis},
            configuration_.priority_bits),
      router_(configuration_.processors, spis_.count(), configuration_.one_of_n),
      CTLR_(bank_.handle("GICD_CTLR")),
      STATUSR_(bank_.handle("GICD_STATUSR")),
      IROUTER_(bank_.handle("GICD_IROUTER<n>")),
      IROUTER_E_(bank_.handle("GICD_IROUTER<n>E")),
      returning_(spis_.count(), false) {
  identify();
  hook_control();
  hook_status();
  hook_all_bits();
  hook_priorities("GICD_IPRIORITYR<n>", 0);
  hook_priorities("GICD_IPRIORITYR<n>E", first_extended_spi);
  hook_configuration("GICD_ICFGR<n>", 0);
  hook_configuration("GICD_ICFGR<n>E", first_extended_spi);
  hook_routes("GICD_IROUTER<n>", first_spi, IROUTER_);
  hook_routes("GICD_IROUTER<n>E", first_extended_spi, IROUTER_E_);
  hook_access("GICD_NSACR<n>", 0);
  hook_access("GICD_NSACR<n>E", first_extended_spi);
  serve_messages(bank_, "GICD");
}

/// 12.9.38. DVIS, num_LPIs, NMI and CPUNumber are 0; SecurityExtn follows GICD_CTLR.DS.
void DistributorState::identify() {
  const auto field = [](std::uint64_t value, unsigned lowest) { return value << lowest; };
  const bool beyond_15 = need_range_selector(configuration_.processors);
  const std::uint32_t extended = configuration_.extended_spis;
  bank_.set("GICD_TYPER", field(extended == 0 ? 0 : extended / 32 - 1, 27) |  // ESPI_range
                              field(beyond_15 ? 1 : 0, 26) |                  // RSS
                              field(configuration_.one_of_n == OneOfN::none ? 1 : 0, 25) |  // No1N
                              field(1, 24) |                                                // A3V
                              field(configuration_.intid_bits - 1, 19) |        // IDbits
                              field(configuration_.lpis ? 1 : 0, 17) |          // LPIS
                              field(configuration_.message_spis ? 1 : 0, 16) |  // MBIS
                              field(extended == 0 ? 0 : 1, 8) |                 // ESPI
                              configuration_.spis / 32);                        // ITLinesNumber
}

void DistributorState::tell(unsigned processor, bool withdraws) const {
  if (changed_ && processor != SpiRouter::nobody) changed_(processor, withdraws);
}

void DistributorState::changed(std::size_t word, std::uint32_t bits, bool withdraws) {
  for (; bits != 0; bits &= bits - 1) {
    const auto spi = static_cast<std::uint32_t>(word * 32 + __builtin_ctz(bits));
    const unsigned before = router_.target(spi);
    reassess(spi);
    tell(before, withdraws);
    if (router_.target(spi) != before) tell(router_.target(spi), withdraws);
  }
}

void DistributorState::changed(std::uint32_t INTID) {
  const std::uint32_t spi = spis_.number_of(INTID);
  changed(spi / 32, std::uint32_t{1} << (spi % 32));
}

void DistributorState::reassess(std::uint32_t spi) {
  // Of one that was chosen for and has another route since, too.
  if ((spis_.active(spi / 32) >> (spi % 32) & 1) == 0) router_.ended(spi);
  if (!router_.is_one_of_n(spi)) return;
  const std::uint32_t INTID = spis_.INTID_of(spi);
  const PendingInterrupt interrupt{INTID, spis_.priority(INTID), spis_.group_of(INTID)};
  const bool wanted = spis_.is_candidate(spi, enabled_groups());
  const unsigned holder = router_.target(spi);
  if (holder != SpiRouter::nobody) {
    if (wanted && router_.may_take(holder, interrupt)) return;
    router_.withdraw(spi);
    if (wanted && taken_back_) {
      returning_[spi] = true;
      taken_back_(INTID);
    }
  }
  if (wanted && !returning_[spi]) router_.choose(spi, interrupt);
}

void DistributorState::reassess_all() {
  for (std::size_t word = 0; word < spis_.words(); ++word)
    changed(word, router_.one_of_n_in(word));
}

void DistributorState::returned(std::uint32_t INTID) {
  returning_[spis_.number_of(INTID)] = false;
  changed(INTID);
}

void DistributorState::set_line(std::uint32_t INTID, bool level) {
  if (!spis_.contains(INTID)) return;
  spis_.set_line(INTID, level);
  changed(INTID);
}

bool DistributorState::set_by_message(std::uint32_t INTID, const RegisterContext& who) {
  if (!reaches(INTID, who, NonSecureAccess::set_pending)) return false;
  spis_.set_by_message(INTID);
  ++messages_taken_;
  changed(INTID);
  return true;
}

bool DistributorState::clear_by_message(std::uint32_t INTID, const RegisterContext& who) {
  if (!reaches(INTID, who, NonSecureAccess::clear_pending)) return false;
  spis_.clear_by_message(INTID);
  changed(INTID);
  return true;
}

void DistributorState::acknowledge(std::uint32_t INTID) {
  if (!spis_.contains(INTID)) return;
  spis_.acknowledge(INTID);
  const std::uint32_t spi = spis_.number_of(INTID);
  if (router_.is_one_of_n(spi)) router_.taken(spi);
  changed(INTID);
}

void DistributorState::deactivate(std::uint32_t INTID) {
  if (!spis_.contains(INTID)) return;
  spis_.deactivate(INTID);
  changed(INTID);
}

std::optional<unsigned> DistributorState::target(std::uint32_t INTID) const {
  const unsigned found = router_.target(spis_.number_of(INTID));
  return found == SpiRouter::nobody ? std::nullopt : std::optional(found);
}

void DistributorState::set_takes_part(unsigned processor, bool takes_part) {
  router_.set_awake(processor, takes_part);
  reassess_all();
  tell(processor);
}

void DistributorState::set_enabled_groups(unsigned processor, unsigned groups) {
  router_.set_groups(processor, groups);
  reassess_all();
  tell(processor);
}

void DistributorState::set_excluded(unsigned processor, unsigned groups) {
  router_.set_excluded(processor, groups);
  reassess_all();
}

void DistributorState::set_mask(unsigned processor, std::uint8_t PMR) {
  router_.set_mask(processor, PMR);
  reassess_all();
}

PendingInterrupt DistributorState::highest_for(unsigned processor) const {
  const unsigned groups = enabled_groups() & router_.groups(processor);
  return spis_.highest(
      groups, [this, processor](std::size_t word) { return router_.routed(processor, word); });
}

bool DistributorState::deliverable(std::uint32_t INTID, unsigned processor) const {
  return spis_.contains(INTID) && target(INTID) == processor &&
         spis_.is_candidate(spis_.number_of(INTID), enabled_groups());
}

}  // namespace doorbell::gic
