// What a checkpoint keeps of pending LPIs.
#include <algorithm>

#include "doorbell/core/arch/state.h"
#include "doorbell/gic/lpi_pending_set.h"

namespace doorbell::gic {
namespace {

/// IHI 0069, 2.2: an INTID has up to 24 bits.
constexpr std::size_t most_lpis = 1 << 24;

}  // namespace

template <class Self, class State>
void LpiPendingSet::describe_tables(Self& self, State& state) {
  state.value("EnableLPIs", self.enabled_);
  state.value("configuration_table", self.tables_.configuration);
  state.value("pending_table", self.tables_.pending);
  state.value("id_bits", self.tables_.id_bits, 24);
}

void LpiPendingSet::save(StateWriter& state) const {
  describe_tables(*this, state);
  std::vector<std::uint32_t> INTIDs = pending_.intids();
  const std::vector<std::uint32_t> in_memory = spilled_.intids();
  INTIDs.insert(INTIDs.end(), in_memory.begin(), in_memory.end());
  std::sort(INTIDs.begin(), INTIDs.end());
  state.sequence("pending", INTIDs, most_lpis);
}

void LpiPendingSet::restore(StateReader& state) {
  describe_tables(*this, state);
  for (const std::uint32_t INTID : pending_.intids()) {
    pending_.remove(INTID);
    cache_.let_go();
  }
  for (const std::uint32_t INTID : spilled_.intids())
    spilled_.remove(INTID);
  std::vector<std::uint32_t> INTIDs;
  state.sequence("pending", INTIDs, most_lpis);
  for (const std::uint32_t INTID : INTIDs) {
    if (!tables_.contains(INTID) || is_pending(INTID))
      state.refuse("pending", "LPIs of the tables, each once", std::to_string(INTID));
    pending_.insert(INTID, {}, {});
    cache_.hold();
  }
}

}  // namespace doorbell::gic
