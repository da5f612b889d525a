#include "doorbell/pcie/link.h"

namespace doorbell::pcie {

Link::Link(const sc_core::sc_module_name& module_name, const LinkParameters& parameters)
    : Module(module_name),
      upstream("upstream"),
      downstream("downstream"),
      parameters_(parameters),
      stage_(simulation().stages().add(
          {"link", 20, "root_complex", "waits for the line; serialisation and propagation"})),
      down_(scheduler(), statistics().group("downstream"), parameters_,
            parameters_.downstream_credits.limits, stage_),
      up_(scheduler(), statistics().group("upstream"), parameters_,
          parameters_.upstream_credits.limits, stage_) {
  upstream.bind(static_cast<TlpInterface&>(upper_));
  downstream.bind(static_cast<TlpInterface&>(lower_));
}

void Link::end_of_elaboration() {
  TlpInterface& above = *upstream.operator->();
  TlpInterface& below = *downstream.operator->();
  down_.connect(above, below, up_);
  up_.connect(below, above, down_);
}

void Link::start_of_simulation() {
  down_.advertise();
  up_.advertise();
}

bool Link::Side::claims(std::uint64_t address) const {
  const auto* below = dynamic_cast<const BusDecode*>(link_.downstream.operator->());
  return below != nullptr && below->claims(address);
}

}  // namespace doorbell::pcie
