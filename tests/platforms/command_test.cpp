#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "platforms/command/command_line.h"
#include "platforms/command/progress.h"
#include "platforms/command/run_options.h"
#include "platforms/command/stop_request.h"
#include "platforms/command/trace_options.h"
#include "platforms/host/terminal_line.h"

namespace doorbell {
namespace {

/// What the command line was understood as.
struct Parsed {
  std::optional<RunOptions> run;
  std::optional<ImportOptions> import;
};

Parsed parse(std::initializer_list<const char*> arguments) {
  Parsed parsed;
  CommandLine command_line;
  command_line.add<RunOptions>([&](const RunOptions& options) {
    parsed.run = options;
    return 0;
  });
  command_line.add<ImportOptions>([&](const ImportOptions& options) {
    parsed.import = options;
    return 0;
  });
  std::vector<const char*> argv{"doorbell"};
  argv.insert(argv.end(), arguments);
  const auto action = command_line.parse(static_cast<int>(argv.size()), argv.data());
  if (action) (*action)();
  return parsed;
}

std::string error_of(std::initializer_list<const char*> arguments) {
  try {
    parse(arguments);
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

TEST(CommandLine, RunHasADescriptionAndAWorkload) {
  const Parsed parsed =
      parse({"run", "p.yaml", "--workload", "w", "--set", "a=1", "--set", "b=2", "--stats", "s",
             "--trace", "t", "--trace-from", "5", "--trace-count", "7"});
  ASSERT_TRUE(parsed.run);
  const RunOptions& run = *parsed.run;
  EXPECT_EQ(run.sources.description, "p.yaml");
  EXPECT_EQ(run.workload, "w");
  EXPECT_EQ(run.sources.settings, (std::vector<std::string>{"a=1", "b=2"}));
  EXPECT_EQ(run.statistics, "s");
  EXPECT_EQ(run.trace, "t");
  EXPECT_EQ(run.trace_from, 5u);
  EXPECT_EQ(run.trace_count, 7u);
}

TEST(CommandLine, AnEmptyValueIsNoneAtAll) {
  EXPECT_EQ(error_of({"run", "", "--workload", "w"}), "description: expected a value, found ''");
  EXPECT_EQ(error_of({"run", "--workload", "w", "--stats", ""}),
            "--stats: expected a value, found ''");
  EXPECT_EQ(error_of({"run", "--workload", "w", "--with", "a", "--with", ""}),
            "--with: expected a value, found ''");
  EXPECT_EQ(error_of({"trace", "import", "r.csv", "-o", ""}),
            "--output: expected a value, found ''");
  EXPECT_EQ(error_of({"run", "--kernel", "k", "--append", ""}), "none");
}

TEST(CommandLine, ACountIsWrittenInDigits) {
  const auto error_with = [](const char* option, const char* value) {
    return error_of({"run", "--workload", "w", "--trace", "t", option, value});
  };
  EXPECT_EQ(error_with("--trace-from", "18446744073709551615"), "none");
  for (const char* const value : {"-1", "18446744073709551616", "1e3", "nan", " 1", "x"})
    EXPECT_EQ(error_with("--trace-from", value),
              std::string("--trace-from: expected an integer from 0 to 18446744073709551615, "
                          "found '") +
                  value + "'; see doorbell --help");
  EXPECT_EQ(error_with("--slowest", "0"),
            "--slowest: expected an integer from 1 to 10000, found '0'; see doorbell --help");
  EXPECT_EQ(error_of({"run", "--bios", "b", "--timing", "0"}),
            "--timing: expected loose or approximate, found '0'");
  const Parsed parsed = parse({"run", "--bios", "b", "--timing", "approximate"});
  EXPECT_EQ(parsed.run->software.timing, Timing::approximate);
}

TEST(CommandLine, ASettingMayStandBeforeTheDescription) {
  const Parsed parsed = parse({"run", "--set", "a=1", "p.yaml", "--workload", "w"});
  EXPECT_EQ(parsed.run->sources.description, "p.yaml");
  EXPECT_EQ(parsed.run->sources.settings, std::vector<std::string>{"a=1"});
}

TEST(CommandLine, OverlaysKeepTheirOrder) {
  const Parsed parsed =
      parse({"run", "--with", "a.yaml", "p.yaml", "--with", "b", "--workload", "w"});
  EXPECT_EQ(parsed.run->sources.description, "p.yaml");
  EXPECT_EQ(parsed.run->sources.overlays, (std::vector<std::string>{"a.yaml", "b"}));
}

TEST(CommandLine, ImportHasARecordingAndAnOutput) {
  const Parsed parsed = parse({"trace", "import", "r.csv.gz", "-o", "t"});
  EXPECT_EQ(parsed.import->recording, "r.csv.gz");
  EXPECT_EQ(parsed.import->output, "t");
}

TEST(CommandLine, MistakesAreInputErrorsOfOneLine) {
  for (const std::string& error :
       {error_of({}), error_of({"walk"}), error_of({"run"}), error_of({"run", "p.yaml"}),
        error_of({"trace"}), error_of({"run", "p.yaml", "--workload", "w", "--colour", "red"}),
        error_of({"run", "p.yaml", "--workload", "w", "--trace", "t", "--trace-from", "some"}),
        error_of({"run", "p.yaml", "--workload", "w", "--trace-from", "5"})}) {
    EXPECT_NE(error, "none");
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
  EXPECT_NE(error_of({"run", "p.yaml", "--workload", "w", "--colour"}).find("--colour"),
            std::string::npos);
}

TEST(StopRequest, NotesTheFirstSignalAndLeavesTheSecondToKill) {
  StopRequest request;
  EXPECT_FALSE(StopRequest::asked());
  std::raise(SIGINT);
  EXPECT_TRUE(StopRequest::asked());
  EXPECT_EXIT(std::raise(SIGINT), testing::KilledBySignal(SIGINT), "");
}

TEST(Progress, SaysHowFarItIsAndHowLongItWillTake) {
  const RunPosition position{.simulated = 1500 * microsecond, .transactions = 20'000, .done = 0.25};
  EXPECT_EQ(progress_text(position, std::chrono::seconds(40)),
            "1.50 ms simulated, 20 000 transactions, 500/s, 25 %, 2:00 left");
}

TEST(Progress, KnowsNothingOfTheTimeLeftAtTheStart) {
  EXPECT_EQ(progress_text({}, std::chrono::seconds(0)), "0 simulated, 0 transactions, 0/s, 0 %");
}

TEST(TerminalLine, IsSilentWhereThereIsNoTerminal) {
  std::FILE* file = std::tmpfile();
  {
    TerminalLine line(file);
    line.show([](TerminalLine::Elapsed) { return "half"; });
  }
  EXPECT_EQ(std::ftell(file), 0);
  std::fclose(file);
}

}  // namespace
}  // namespace doorbell
