#include "platforms/report/nearest_name.h"

#include <algorithm>

#include "doorbell/core/arch/parameter_text.h"

namespace doorbell {

std::string nearest_name(std::string_view wrong, std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  const auto nearest =
      std::min_element(names.begin(), names.end(), [&](const auto& left, const auto& right) {
        return edit_distance(left, wrong) < edit_distance(right, wrong);
      });
  return nearest == names.end() ? std::string{} : *nearest;
}

}  // namespace doorbell
