#include "platforms/virt/drive_option.h"

#include <charconv>
#include <map>

#include "doorbell/core/arch/error.h"

namespace doorbell::virt {
namespace {

[[noreturn]] void refuse(std::string_view expected, std::string_view found) {
  throw InputError("--drive: expected " + std::string(expected) + ", found " + std::string(found));
}

/// Takes `N=` off; a file's name may hold an equals sign behind something else.
std::size_t take_endpoint(std::string_view& option) {
  std::size_t number = 0;
  const char* const end = option.data() + option.size();
  const auto parsed = std::from_chars(option.data(), end, number);
  if (parsed.ec != std::errc{} || parsed.ptr == end || *parsed.ptr != '=') return 0;
  option.remove_prefix(static_cast<std::size_t>(parsed.ptr - option.data()) + 1);
  return number;
}

bool take_write(std::string_view& option) {
  constexpr std::string_view key = ",write=";
  const std::size_t at = option.rfind(key);
  if (at == std::string_view::npos) return false;
  const std::string_view value = option.substr(at + key.size());
  if (value != "true" && value != "false")
    refuse("write=true or write=false", "'" + std::string(value) + "'");
  option = option.substr(0, at);
  return value == "true";
}

}  // namespace

std::size_t use_drive(VirtParameters& parameters, std::string_view option) {
  const std::string_view whole = option;
  const std::size_t number = take_endpoint(option);
  const bool write = take_write(option);
  if (option.empty()) refuse("[N=]FILE[,write=true]", "'" + std::string(whole) + "'");
  if (number >= parameters.endpoints.size()) {
    refuse("one of the " + std::to_string(parameters.endpoints.size()) + " endpoints, from 0 on",
           std::to_string(number));
  }
  pcie::EndpointParameters& endpoint = parameters.endpoints[number].endpoint;
  endpoint.kind = pcie::FunctionKind::nvme;
  endpoint.nvme.drive = option;
  endpoint.nvme.write_through = write;
  return number;
}

void use_drives(VirtParameters& parameters, std::span<const std::string> options) {
  std::map<std::size_t, std::string> of_endpoint;
  for (const std::string& option : options) {
    const std::size_t number = use_drive(parameters, option);
    const auto [first, is_first] = of_endpoint.emplace(number, option);
    if (!is_first) {
      refuse("one drive for endpoint " + std::to_string(number),
             "'" + first->second + "' and '" + option + "'");
    }
  }
}

}  // namespace doorbell::virt
