#include "platforms/explore/explain/message_name.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace doorbell::explore {

MessageNames::MessageNames(const nlohmann::ordered_json& statistics) {
  const auto parameters = statistics.find("parameters");
  if (parameters == statistics.end() || !parameters->is_array()) return;
  for (const auto& parameter : *parameters) {
    if (parameter.at("path") == "gic.doorbell") intids_ = parameter.at("value") != "its";
  }
}

std::string MessageNames::name(std::uint32_t device, std::uint32_t event) const {
  return intids_ ? fmt::format("INTID {}", event)
                 : fmt::format("device {:#x}, event {}", device, event);
}

}  // namespace doorbell::explore
