// The last line of the program, whatever ended it.
#include "platforms/command/last_words.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <system_error>
#include <systemc>

#include "doorbell/core/arch/error.h"
#include "platforms/exit_status.h"
#include "platforms/software_error.h"

namespace doorbell {
namespace {

template <class Exception>
LastWords of(const Exception& exception, bool output_failed = false) {
  return last_words(std::make_exception_ptr(exception), output_failed);
}

void expect(const LastWords& last, const std::string& text, int status) {
  EXPECT_EQ(last.text, text);
  EXPECT_EQ(last.status, status);
}

TEST(LastWords, OfBadInputAreItsOwnAndStatus2) {
  expect(of(InputError("a.yaml", 3, "smmu", "a group of keys", "a list")),
         "doorbell: a.yaml:3: smmu: expected a group of keys, found a list",
         exit_status::input_error);
  expect(of(InputError("", 0, "nvme.vectors", "at most 4", "5")),
         "doorbell: nvme.vectors: expected at most 4, found 5", exit_status::input_error);
}

TEST(LastWords, OfFailedSoftwareAreItsOwnAndStatus3) {
  expect(of(SoftwareError("software failed: record 7")), "doorbell: software failed: record 7",
         exit_status::software_failed);
  expect(of(SoftwareError("software failed: stuck", "\n  PC 0\n  X0 1")),
         "doorbell: software failed: stuck\n  PC 0\n  X0 1", exit_status::software_failed);
}

TEST(LastWords, OfTheSystemAreTheHostsOnlyWhereOutputFailed) {
  const std::system_error full(ENOSPC, std::generic_category());
  expect(of(full, true), "doorbell: standard output cannot be written: No space left on device",
         exit_status::input_error);
  expect(of(full), "doorbell: internal error: No space left on device",
         exit_status::internal_error);
}

TEST(LastWords, OfADefectAreOneLineAndStatus70) {
  expect(of(std::logic_error("first line\n  second line\n")),
         "doorbell: internal error: first line; second line", exit_status::internal_error);
  expect(of(std::runtime_error("")), "doorbell: internal error", exit_status::internal_error);
  expect(of(std::runtime_error(": the queue")), "doorbell: internal error: the queue",
         exit_status::internal_error);
  expect(of(5), "doorbell: internal error: an exception of an unknown kind",
         exit_status::internal_error);
}

/// What SystemC makes of an exception with this text that a process didn't catch.
LastWords of_process(const char* text) {
  sc_core::sc_report_handler::set_actions(sc_core::SC_ERROR, sc_core::SC_THROW);
  try {
    SC_REPORT_ERROR(sc_core::SC_ID_SIMULATION_UNCAUGHT_EXCEPTION_, text);
  } catch (...) {
    return last_words(std::current_exception(), false);
  }
  return {};
}

TEST(LastWords, OfSystemCHaveNoEmptyPartsAndNoLinesOfItsSource) {
  expect(of_process("the port"), "doorbell: internal error: uncaught exception: the port",
         exit_status::internal_error);
  expect(of_process(""), "doorbell: internal error: uncaught exception",
         exit_status::internal_error);
  expect(of_process(": expected a port"),
         "doorbell: internal error: uncaught exception: expected a port",
         exit_status::internal_error);
}

}  // namespace
}  // namespace doorbell
