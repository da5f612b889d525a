#include "platforms/command/run_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_text.h"
#include "platforms/command/overlay_options.h"
#include "platforms/command/whole_number.h"

namespace doorbell {
namespace {

constexpr const char* software_group = "Software for AArch64";

/// Of one kind of software exactly.
void check_kinds(const RunOptions& options) {
  std::vector<std::string> kinds;
  const auto count = [&kinds](const std::string& value, const char* name) {
    if (!value.empty()) kinds.emplace_back(name);
  };
  count(options.workload, "--workload");
  count(options.software.kernel, "--kernel");
  count(options.software.bios, "--bios");
  count(options.software.firmware, "--firmware");
  count(options.software.restore, "--restore");
  if (kinds.size() == 1) return;
  throw InputError(
      fmt::format("what to run: expected one of --workload, --kernel, --bios, --firmware and "
                  "--restore, found {}",
                  kinds.empty() ? "none" : fmt::format("{}", fmt::join(kinds, " and "))));
}

/// What only software knows would be without effect on a replay.
void check_software_options(const CLI::App& run, const RunOptions& options) {
  if (options.workload.empty()) return;
  const auto given = run.get_options([](const CLI::Option* option) {
    return option->get_group() == software_group && option->count() != 0;
  });
  if (given.empty()) return;
  throw InputError(given.front()->get_name() +
                   ": expected --kernel, --bios or --firmware with it, found --workload");
}

/// Each needs another one, and a text has to be one that a line can begin with.
void check_region(const CLI::App& run, const software::SoftwareOptions& software) {
  const auto given = [&run](const char* name) { return run.get_option(name)->count() != 0; };
  const bool has_begin = given("--measure-from");
  if (has_begin && software.timing == Timing::approximate) {
    throw InputError("--measure-from: expected --timing loose up to there, found approximate");
  }
  if (given("--warm-up") && !has_begin && !given("--restore"))
    throw InputError("--warm-up: expected --measure-from with it, found none");
  if (given("--measure-to") && !software.measured()) {
    throw InputError(
        "--measure-to: expected --measure-from or --timing approximate with it, found neither");
  }
  for (const char* const name : {"--measure-from", "--measure-to"}) {
    if (!given(name)) continue;
    const auto text = run.get_option(name)->as<std::string>();
    if (text.empty() || text.find_first_of("\r\n") != std::string::npos) {
      throw InputError(std::string(name) + ": expected a text without line breaks, found " +
                       (text.empty() ? "none" : "one with them"));
    }
  }
}

/// A checkpoint ends the run; one that is restored has brought its software along.
void check_checkpoint(const CLI::App& run) {
  const auto given = [&run](const char* name) { return run.get_option(name)->count() != 0; };
  const auto refuse = [&](const char* name, std::initializer_list<const char*> others,
                          const char* why) {
    for (const char* const other : others) {
      if (given(other))
        throw InputError(fmt::format("{}: expected none with {}, {}", other, name, why));
    }
  };
  if (given("--checkpoint")) {
    if (!given("--measure-from"))
      throw InputError("--checkpoint: expected --measure-from with it, found none");
    refuse("--checkpoint",
           {"--measure-to", "--warm-up", "--stats", "--trace", "--slowest", "--dump-dtb"},
           "which ends the run before anything is measured");
  }
  if (given("--restore")) {
    refuse("--restore",
           {"--initrd", "--append", "--flash", "--dtb", "--dump-dtb", "--drive", "--semihosting",
            "--timing", "--measure-from", "--checkpoint", "--gdb"},
           "which goes on from where that was settled");
  }
}

void add_region_options(CLI::App& run, software::SoftwareOptions& software) {
  run.add_option("--measure-from", software.measure_from,
                 "Measure from where a line on the console begins with this text")
      ->type_name("TEXT")
      ->group(software_group);
  run.add_option("--measure-to", software.measure_to,
                 "Measure to where a line on the console begins with this one; else to the end")
      ->type_name("TEXT")
      ->group(software_group);
  run.add_option("--checkpoint", software.checkpoint,
                 "Where --measure-from begins, write a checkpoint to this new folder, and end")
      ->type_name("DIR")
      ->group(software_group);
  run.add_option("--restore", software.restore,
                 "Go on from this checkpoint, with its parameters unless others are given, and "
                 "measure from there")
      ->type_name("DIR")
      ->group(software_group);
  run.add_option_function<std::string>(
         "--warm-up",
         [&software](const std::string& text) {
           if (!parse_time(text, software.warm_up))
             throw InputError("--warm-up: expected a time such as 10ms, found " + text);
         },
         "Let this time pass behind --measure-from, with cold caches, before measuring")
      ->type_name("TIME")
      ->group(software_group);
}

void add_software_options(CLI::App& run, software::SoftwareOptions& software) {
  const auto text = [&run](const char* name, std::string& value, const char* help) {
    return run.add_option(name, value, help)->group(software_group);
  };
  CLI::Option* kernel =
      text("--kernel", software.kernel, "Start this arm64 kernel, an Image, gzipped or not");
  text("--initrd", software.initrd, "Its initial RAM disk")->needs(kernel);
  text("--append", software.append, "Its command line, or that of --firmware")->type_name("TEXT");
  text("--bios", software.bios, "Start this firmware in ROM, such as U-Boot or EDK2");
  text("--flash", software.flash,
       "The flash is this file of 64 MiB, which keeps what is programmed");
  text("--firmware", software.firmware, "Start this ELF program at its own addresses");
  text("--dtb", software.tree, "Hand over this device tree in place of the platform's own");
  text("--dump-dtb", software.tree_copy, "Write the device tree to this file and end");
  run.add_option("--drive", software.drives,
                 "The endpoint of that number, 0 unless given, is an NVMe drive with this file's "
                 "contents; may be repeated")
      ->type_name("[N=]FILE[,write=true]")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all()
      ->group(software_group);
  text("--console", software.console,
       "The other end of the UART: stdio, pty for a pseudo terminal, or a file")
      ->capture_default_str();
  text("--console-script", software.console_script,
       "Wait for texts and type others, in simulated time, as this script says");
  text("--record-console", software.record_console,
       "Write such a script of what is typed at a console");
  run.add_option("--gdb", software.gdb,
                 "Wait for GDB at this port of the loopback interface, 0 for any that is free, "
                 "before the first instruction")
      ->check(whole_number(0, 65535))
      ->type_name("PORT")
      ->group(software_group);
  run.add_flag("--semihosting", software.semihosting, "HLT #0xF000 is a semihosting call")
      ->group(software_group);
  run.add_option_function<std::string>(
         "--timing",
         [&software](const std::string& timing) {
           if (timing != "loose" && timing != "approximate")
             throw InputError("--timing: expected loose or approximate, found '" + timing + "'");
           software.timing = timing == "loose" ? Timing::loose : Timing::approximate;
         },
         "loose: as fast as can be, nothing is measured; approximate: measured from reset on")
      ->type_name("TIMING")
      ->default_str("loose")
      ->group(software_group);
  add_region_options(run, software);
}

}  // namespace

CLI::App* declare(CLI::App& app, RunOptions& options) {
  CLI::App* run = app.add_subcommand(
      "run", "Run software on a platform, or replay a workload and report what it took");
  run->parse_complete_callback([run, &options] {
    check_kinds(options);
    check_software_options(*run, options);
    check_region(*run, options.software);
    check_checkpoint(*run);
    options.described = run->get_option("description")->count() != 0;
  });
  options.sources.description = "virt";
  add_description_options(*run, options.sources)->required(false)->capture_default_str();
  run->add_option("--workload", options.workload,
                  "What to replay: a trace, gzip or plain, or a .yaml that describes a workload");
  add_software_options(*run, options.software);
  run->add_option("--stats", options.statistics, "Write all statistics to this file, as JSON");
  auto* trace =
      run->add_option("--trace", options.trace, "Write a Chrome trace of single MSIs to this file");
  run->add_option("--trace-from", options.trace_from, "First MSI in that trace")
      ->check(whole_number())
      ->needs(trace)
      ->capture_default_str();
  run->add_option("--trace-count", options.trace_count, "How many MSIs it holds")
      ->check(whole_number())
      ->needs(trace)
      ->capture_default_str();
  run->add_option("--slowest", options.slowest,
                  "Explain this many of the slowest MSIs, and the time above the median")
      ->check(whole_number(1, 10'000))
      ->type_name("COUNT");
  return run;
}

}  // namespace doorbell
