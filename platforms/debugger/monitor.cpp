// What GDB's command `monitor` offers.
#include <fmt/format.h>

#include <algorithm>

#include "platforms/debugger/errors.h"
#include "platforms/debugger/hexadecimal.h"
#include "platforms/debugger/session.h"

namespace doorbell::debugger {
namespace {

constexpr std::string_view help =
    "help                this text\n"
    "processors          what each processor is about\n"
    "time                simulated time\n"
    "translate ADDRESS   the physical address of a virtual one, hexadecimal, on this processor\n";

}  // namespace

std::string Session::monitor(std::string_view hexadecimal) const {
  const auto words = bytes_of(hexadecimal);
  if (!words) return bad_argument;
  return to_hexadecimal(command({reinterpret_cast<const char*>(words->data()), words->size()}));
}

std::string Session::command(std::string_view words) const {
  const std::string_view verb = words.substr(0, words.find(' '));
  if (verb == "help") return std::string(help);
  if (verb == "time") return target_.time() + "\n";
  if (verb == "processors") {
    std::string list;
    for (unsigned i = 0; i < target_.processors(); ++i)
      list += fmt::format("{}: {}\n", i, target_.state_of(i));
    return list;
  }
  if (verb != "translate") return fmt::format("unknown: {}\n{}", verb, help);
  std::string_view text = words.substr(std::min(verb.size() + 1, words.size()));
  if (text.substr(0, 2) == "0x") text.remove_prefix(2);
  const auto address = number_of(text);
  if (!address) return fmt::format("expected a hexadecimal address, found {}\n", text);
  const auto physical = target_.physical_address(chosen_, *address);
  return physical ? fmt::format("{:#x}\n", *physical) : "not translated\n";
}

}  // namespace doorbell::debugger
