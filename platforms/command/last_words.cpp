#include "platforms/command/last_words.h"

#include <initializer_list>
#include <string_view>
#include <system_error>
#include <systemc>

#include "doorbell/core/arch/error.h"
#include "platforms/exit_status.h"
#include "platforms/software_error.h"

namespace doorbell {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// Parts with colons between them; those that say nothing are left out, and so are line breaks.
std::string line(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (std::string_view part : parts) {
    part.remove_prefix(std::min(part.find_first_not_of(": \t\r\n"), part.size()));
    part = part.substr(0, part.find_last_not_of(blanks) + 1);
    if (part.empty()) continue;
    if (!text.empty()) text += ": ";
    text += part;
  }
  for (std::size_t at = 0; (at = text.find_first_of("\r\n", at)) != std::string::npos; ++at)
    text.replace(at, std::min(text.find_first_not_of(blanks, at), text.size()) - at, "; ");
  return text;
}

constexpr std::string_view name = "doorbell";
constexpr std::string_view defect = "internal error";

}  // namespace

LastWords last_words(const std::exception_ptr& exception, bool output_failed) {
  try {
    std::rethrow_exception(exception);
  } catch (const InputError& error) {
    return {line({name, error.what()}), exit_status::input_error};
  } catch (const SoftwareError& error) {
    return {line({name, error.what()}) + error.details(), exit_status::software_failed};
  } catch (const sc_core::sc_report& report) {
    // Its own text says in which line of which file of SystemC, in three lines.
    return {line({name, defect, report.get_msg_type(), report.get_msg()}),
            exit_status::internal_error};
  } catch (const std::system_error& error) {
    // A full disk behind standard output is the host's, anything else ours.
    if (output_failed)
      return {line({name, "standard output cannot be written", error.code().message()}),
              exit_status::input_error};
    return {line({name, defect, error.what()}), exit_status::internal_error};
  } catch (const std::exception& error) {
    return {line({name, defect, error.what()}), exit_status::internal_error};
  } catch (...) {
    return {line({name, defect, "an exception of an unknown kind"}), exit_status::internal_error};
  }
}

}  // namespace doorbell
