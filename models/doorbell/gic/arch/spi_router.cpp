#include "doorbell/gic/arch/spi_router.h"

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::gic {

SpiRouter::SpiRouter(const std::vector<Affinity>& processors, std::uint32_t spis, OneOfN policy)
    : policy_(policy),
      words_(spis / 32),
      targets_(spis, nobody),
      takers_(spis, nobody),
      any_(words_, 0),
      routed_(processors.size() * words_, 0) {
  for (const Affinity affinity : processors)
    processors_.push_back({.affinity = affinity});
  for (std::uint32_t spi = 0; spi < spis; ++spi)
    set_route(spi, 0);
}

void SpiRouter::set_route(std::uint32_t spi, std::uint64_t IROUTER) {
  const std::uint32_t mask = std::uint32_t{1} << (spi % 32);
  withdraw(spi);
  if (policy_ != OneOfN::none && bits(IROUTER, 31, 31) != 0) {
    any_[spi / 32] |= mask;
    return;
  }
  any_[spi / 32] &= ~mask;
  const Affinity wanted = Affinity::of_IROUTER(IROUTER);
  for (unsigned i = 0; i < processors_.size(); ++i) {
    if (processors_[i].affinity == wanted) return assign(spi, i);
  }
}

void SpiRouter::assign(std::uint32_t spi, unsigned processor) {
  targets_[spi] = processor;
  routed_[processor * words_ + spi / 32] |= std::uint32_t{1} << (spi % 32);
  if (is_one_of_n(spi)) ++processors_[processor].load;
}

void SpiRouter::withdraw(std::uint32_t spi) {
  const unsigned processor = targets_[spi];
  if (processor == nobody) return;
  targets_[spi] = nobody;
  routed_[processor * words_ + spi / 32] &= ~(std::uint32_t{1} << (spi % 32));
  if (is_one_of_n(spi) && takers_[spi] != processor) --processors_[processor].load;
}

void SpiRouter::ended(std::uint32_t spi) {
  if (takers_[spi] == nobody) return;
  --processors_[takers_[spi]].load;
  takers_[spi] = nobody;
}

bool SpiRouter::may_take(unsigned processor, const PendingInterrupt& spi) const {
  const Processor& p = processors_[processor];
  const unsigned groups = p.groups & ~p.excluded;
  return p.awake && (groups >> static_cast<unsigned>(spi.group) & 1) != 0 && spi.priority < p.PMR;
}

unsigned SpiRouter::choose(std::uint32_t spi, const PendingInterrupt& interrupt) {
  const auto count = static_cast<unsigned>(processors_.size());
  const unsigned begin = policy_ == OneOfN::round_robin ? next_ : 0;
  unsigned best = nobody;
  for (unsigned i = 0; i < count; ++i) {
    const unsigned processor = (begin + i) % count;
    if (!may_take(processor, interrupt)) continue;
    const bool better = best == nobody || processors_[processor].load < processors_[best].load;
    if (better) best = processor;
    if (policy_ != OneOfN::least_loaded) break;
  }
  if (best == nobody) return nobody;
  next_ = (best + 1) % count;
  assign(spi, best);
  return best;
}

}  // namespace doorbell::gic
