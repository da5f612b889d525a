#include <fmt/format.h>

#include <cstdlib>

#include "doorbell/core/arch/error.h"
#include "platforms/command/commands.h"
#include "platforms/command/files_apart.h"
#include "traces/format/writer.h"
#include "traces/make/workload_file.h"

namespace doorbell {

int make_trace(const MakeOptions& options) {
  if (!workload::is_description(options.description)) {
    throw InputError(options.description, 0, "workload", "a .yaml file that describes one",
                     options.description);
  }
  check_apart({{"description", options.description},
               {"--output", options.output, CommandFile::Use::written}});
  const auto source = workload::open(options.description, options.settings).open();
  trace::Writer writer(options.output, source->header());
  trace::Record record;
  while (source->next(record))
    writer.write(record);
  writer.finish();
  fmt::print("{} records\n", writer.records());
  return EXIT_SUCCESS;
}

}  // namespace doorbell
