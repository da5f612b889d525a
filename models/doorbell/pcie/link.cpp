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
  upstream.bind(static_cast<DownstreamInterface&>(upper_));
  downstream.bind(static_cast<UpstreamInterface&>(lower_));
}

void Link::end_of_elaboration() {
  UpstreamInterface& above = *upstream.operator->();
  DownstreamInterface& below = *downstream.operator->();
  const auto towards = [](auto& neighbour) {
    return [&neighbour](const Tlp& tlp, Time at) { neighbour.deliver(tlp, at); };
  };
  const auto crediting = [](auto& neighbour) {
    return [&neighbour](unsigned credit_class, std::uint64_t count, Time at) {
      neighbour.return_credits(credit_class, count, at);
    };
  };
  down_.connect({towards(below), crediting(above)}, up_);
  up_.connect({towards(above), crediting(below)}, down_);
}

void Link::start_of_simulation() {
  down_.advertise();
  up_.advertise();
}

BusDecode* Link::Upper::below() const {
  return dynamic_cast<BusDecode*>(link_.downstream.operator->());
}

bool Link::Upper::claims(std::uint64_t address) const {
  const BusDecode* decode = below();
  return decode != nullptr && decode->claims(address);
}

bool Link::Upper::uses_ari() const {
  const BusDecode* decode = below();
  return decode == nullptr || decode->uses_ari();
}

bool Link::Upper::debug_read(std::uint64_t address, std::span<std::uint8_t> data) {
  BusDecode* decode = below();
  return decode != nullptr && decode->debug_read(address, data);
}

bool Link::Upper::debug_read_configuration(std::uint16_t destination, unsigned offset,
                                           std::span<std::uint8_t> data) {
  BusDecode* decode = below();
  return decode != nullptr && decode->debug_read_configuration(destination, offset, data);
}

}  // namespace doorbell::pcie
