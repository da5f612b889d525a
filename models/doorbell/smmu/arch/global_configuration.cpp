#include "doorbell/smmu/arch/global_configuration.h"

#include "doorbell/smmu/arch/registers.h"

namespace doorbell::smmu {

AttributeOverrides overrides_of_bypass(std::uint64_t gbpa, const Features& features) {
  const auto field = [gbpa](BitField f) { return static_cast<unsigned>(f.get(gbpa)); };
  AttributeOverrides overrides;
  if (features.attribute_types_override) {
    overrides.MTCFG = GBPA::MTCFG.test(gbpa);
    overrides.MemAttr = field(GBPA::MemAttr);
    overrides.SHCFG = field(GBPA::SHCFG);
    overrides.ALLOCCFG = field(GBPA::ALLOCCFG);
  }
  if (features.attribute_permissions_override) {
    overrides.PRIVCFG = field(GBPA::PRIVCFG);
    overrides.INSTCFG = field(GBPA::INSTCFG);
  }
  return overrides;
}

}  // namespace doorbell::smmu
