#include "doorbell/gic/arch/affinity.h"

#include <algorithm>

namespace doorbell::gic {

void AffinityWidths::describe(ParameterGroup& group) {
  const auto level = [&group](const char* name, std::uint32_t& width, const char* help) {
    group.add(name, width,
              {.minimum = 1,
               .maximum = 256,
               .source = "QEMU's virt",
               .help = help,
               .visible_to_software = true});
  };
  level("aff0", aff0, "Processors of an Aff1; more than 16 need a Range Selector (RSS)");
  level("aff1", aff1, "Aff1 of an Aff2");
  level("aff2", aff2, "Aff2 of an Aff3");
}

std::vector<Affinity> affinities_of_virt(unsigned processors, const AffinityWidths& widths) {
  std::vector<Affinity> affinities;
  for (std::uint32_t i = 0; i < processors; ++i) {
    const std::uint32_t aff1 = i / widths.aff0;
    const std::uint32_t aff2 = aff1 / widths.aff1;
    const std::uint32_t aff3 = aff2 / widths.aff2;
    affinities.push_back(
        {aff3 << 24 | aff2 % widths.aff2 << 16 | aff1 % widths.aff1 << 8 | i % widths.aff0});
  }
  return affinities;
}

bool need_range_selector(const std::vector<Affinity>& processors) {
  return std::any_of(processors.begin(), processors.end(),
                     [](Affinity processor) { return processor.Aff0() > 15; });
}

}  // namespace doorbell::gic
